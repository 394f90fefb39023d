import pytest

from multiconv.errors import InvalidValue, NotFound
from multiconv.experiment.learning import begun, ended
from multiconv.experiment.link import read, to_pairs, to_query
from multiconv.experiment.maps import pixels_experiment
from multiconv.experiment.model import Experiment, Target
from multiconv.networks.shipped import network

ZERO = {"filters": "zero", "outputs": "1", "target": "luminance-edges:0"}


def test_it_is_read_and_written():
    asked = read({**ZERO, "rate": "0.4", "steps": "29"}.items())
    assert (asked.focus.target, asked.focus.rate) == (Target("luminance-edges", 0), 0.4)
    assert to_query(asked) == ("outputs=1&filters=zero&target=luminance-edges:0&rate=0.4&steps=29")
    assert read(to_pairs(asked)) == asked
    assert ended(asked) == read([("filters", "zero"), ("outputs", "1")])
    assert to_query(begun(Experiment(), Target("luminance-edges", 0))) == (
        "outputs=1&filters=zero&target=luminance-edges:0"
    )


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"kernel": "9x9"}, "target", "9 × 9"),
        ({"kernel": "3x8"}, "target", "3 × 8"),
        ({"outputs": "3", "groups": "3"}, "target", "3 groups"),
        ({"off": "1"}, "target", "left out"),
        ({"bias": "1"}, "target", "bias"),
        ({"activation": "relu"}, "target", "activation"),
        ({"if": "mean"}, "target", "what-if"),
        ({"layers": "2"}, "target", "2 layers"),
        ({"kind": "transposed", "filters": "twice"}, "target", "no convolution"),
        ({"target": "luminance-edges:4"}, "target", "0 to 3"),
        ({"target": "luminance-edges:x"}, "target", "whole"),
        ({"target": "luminance-edges"}, "target", "colon"),
        ({"target": ""}, "target", "colon"),
        ({"rate": "0"}, "rate", "nothing"),
        ({"rate": "-1"}, "rate", "positive"),
        ({"rate": "nan"}, "rate", "decimal"),
        ({"rate": "1e9"}, "rate", "too large"),
        ({"steps": "401"}, "steps", "0 to 400"),
        ({"steps": "-1"}, "steps", "0 to 400"),
        ({"steps": "2.5"}, "steps", "whole"),
    ],
)
def test_what_cannot_be_learned_is_told(change, field, words):
    with pytest.raises(InvalidValue) as refused:
        read({**ZERO, **change}.items())
    assert refused.value.field == field
    assert words in f"{refused.value.problem} {refused.value.remedy}"


def test_a_target_that_is_not_there_and_steps_of_nothing():
    with pytest.raises(NotFound) as refused:
        read({**ZERO, "target": "nothing:0"}.items())
    assert refused.value.field == "target"
    for name in ("rate", "steps"):
        with pytest.raises(InvalidValue, match="nothing is learned") as said:
            read([(name, "1")])
        assert said.value.field == name
    for name in ("emoji", "faces"):
        with pytest.raises(InvalidValue) as other:
            read([("network", name), ("target", "luminance-edges:0")], networks=network)
        assert other.value.field in {"target", "network"}


def test_a_map_s_address_says_all_that_it_depends_on():
    start = read({**ZERO, "outputs": "2", "k": "1", "i": "3"}.items())
    for name in ("partial-0", "output-0", "output-1", "error", "target", "product-2-0-1"):
        found = pixels_experiment(start, name, 1.0)
        assert found.focus.target == start.focus.target
        assert found.layer == start.layer
        assert found.focus.i is None
    assert pixels_experiment(start, "input-0", None).focus.target is None
    for name in ("product-3-0-0", "product-0-3-0", "product-0-0-3"):
        with pytest.raises(NotFound):
            pixels_experiment(start, name, 1.0)
    with pytest.raises(NotFound, match="nothing is learned"):
        pixels_experiment(Experiment(), "error", 1.0)
