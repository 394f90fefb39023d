"""The form of a deeper layer: its fields are the opened layer's, and the link says whose."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from multiconv.experiment.link import read
from multiconv.experiment.numbers import weight_text
from multiconv.networks.shipped import network


@pytest.fixture
def edit(client):
    """The parameters of the link that a form leads to, over that of a link."""

    def sent(start, *fields):
        answer = client.post("/edit", data=urlencode([("from", start), *fields]),
                             content_type="application/x-www-form-urlencoded")  # fmt: skip
        assert answer.status_code == 303, answer.text[-2000:]
        found = parse_qsl(answer.headers["Location"].partition("?")[2])
        return {name: text for name, text in found if name not in {"range", "gain", "rows", "told"}}

    return sent


STACK = "size=24&outputs=4&2.outputs=3&3.kind=max_pool&layer=2&k=1"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (("strides", "2x2"), {"2.strides": "2x2"}),
        (("padding", "valid"), {"2.padding": "valid"}),
        (("activation", "relu"), {"2.activation": "relu"}),
        (("kernel", "1x1"), {"2.kernel": "1x1"}),
        (("outputs", "6"), {"2.outputs": "6"}),
        (("bias.1", "0,5"), {"2.bias": "0,0.5,0"}),
        (("preset.3", "zero"), {"2.w.3.1": "zero"}),
        (("name.2", "soft"), {"2.w.2.1": "soft"}),
        (("matrix.0", "1 2 3\n4 5 6\n7 8 9"), {"2.w.0.1": "1,2,3,4,5,6,7,8,9"}),
        (("dilations", "2"), {"2.dilations": "2x2"}),
        (("size", "20"), {"size": "20"}),
        (("k", "2"), {"k": "2"}),
    ],
)
def test_a_field_changes_the_opened_layer_alone(edit, field, said):
    assert edit(STACK, field) == dict(parse_qsl(STACK)) | said


def test_boxes_and_single_weights_are_the_opened_layers(edit):
    assert edit(STACK, ("switch", "0"), ("switch", "3"), ("on", "0"))["2.off"] == "3"
    layer = read(parse_qsl(STACK)).layer
    texts = [weight_text(each) for each in layer.kernel(3, 1).ravel()]
    texts[4] = "0.25"
    found = edit(STACK, *(("w.3.1", text) for text in texts))
    assert found["2.w.3.1.1.1"] == "0.25"


def test_a_network_keeps_its_name_and_says_one_number(edit):
    own = network("faces").layers[6].kernel(12, 0)
    texts = [weight_text(each) for each in own.ravel()]
    texts[40] = "0.02"
    found = edit("network=faces&size=200", *(("w.12.0", text) for text in texts))
    assert found == {"network": "faces", "size": "200", "7.w.12.0.4.4": "0.02"}
    again = edit(urlencode(found), ("switch", "3"))
    assert again == found | {"7.off": "3"}
    texts[40] = weight_text(own.ravel()[40])
    assert edit(urlencode(found), ("preset.12", "reset")) == {"network": "faces", "size": "200"}


def test_a_pooling_has_its_fields_and_no_others(client, edit):
    start = STACK.replace("layer=2", "layer=3")
    page = client.get(f"/?{start}").text
    assert '<select name="strides"' in page
    assert '<select name="filters"' not in page
    assert '<select name="activation"' not in page
    assert edit(start, ("kernel", "3x3"))["3.kernel"] == "3x3"
    assert "3.strides" not in edit(start, ("kernel", "3x3"))
    assert edit(start, ("strides", "1x1"))["3.strides"] == "1x1"


def test_a_mistake_stands_at_the_opened_layers_field(client):
    asked = urlencode([("from", STACK), ("dilations", "99"), ("activation", "relu")])
    answer = client.get(f"/edit?{asked}")
    assert answer.status_code == 400
    assert "2.dilations" in answer.text
    field = answer.text.partition('name="dilations"')[2].partition(">")[0]
    assert 'aria-invalid="true"' in field
    assert "99" in field


def test_matrices_of_two_sizes_are_told_by_number(client):
    asked = [("from", STACK), ("matrix.0", "1 2 3\n4 5 6\n7 8 9"), ("matrix.3", "1")]
    answer = client.post("/edit", data=dict(asked))
    assert answer.status_code == 400
    assert "input 3" in answer.text
