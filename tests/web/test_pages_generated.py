"""Generated queries and forms: never a fault of the server's, many that can be shown, links stable.

``MULTICONV_EXAMPLES=2500`` tries as many of each; every day it is fewer, and how many is printed.
"""

from __future__ import annotations

import os
from collections import Counter
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from multiconv.engine.activations import ACTIVATIONS
from multiconv.engine.geometry import PADDING_MODES
from multiconv.errors import MultiConvError
from multiconv.experiment.fields import NAMES
from multiconv.experiment.link import read, to_pairs
from multiconv.filters.banks import BANKS
from multiconv.filters.kernels import KERNELS
from multiconv.imaging.samples import SAMPLES
from multiconv.web import create_app

EXAMPLES = int(os.environ.get("MULTICONV_EXAMPLES", "100"))
PLAIN = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a failure is told by its query, which is short enough
    suppress_health_check=list(HealthCheck),
)

small = st.integers(1, 4)
number = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False).map(repr),
    st.integers(-10, 10).map(str),
    st.sampled_from(["−0.25", ".5", "+1e-3", "0"]),
)
bad_number = st.sampled_from(
    ["NaN", "inf", "1e309", "1_0", "１", "", "abc", "1e7", "--1", "0x1", "\0"]
)
pair = st.builds(lambda a, b: f"{a}x{b}", small, small)
junk = st.text(max_size=12)

GOOD = {
    "image": st.sampled_from([f"sample:{name}" for name in SAMPLES]),
    "size": st.integers(8, 48).map(str),
    "strides": pair,
    "padding": st.sampled_from(["same", "valid", "1", "2x1", "0,1,2,0"]),
    "padding_mode": st.sampled_from(PADDING_MODES),
    "dilations": st.one_of(st.just("1"), pair),
    "activation": st.sampled_from(list(ACTIVATIONS)),
    "i": st.integers(0, 3).map(str),
    "j": st.integers(0, 3).map(str),
    "range": st.sampled_from(["0.5", "1", "1e3", "1e-9"]),
}
ANY = dict.fromkeys(NAMES, junk) | {
    "strides": st.one_of(junk, st.integers(-2, 99).map(str)),
    "size": st.one_of(junk, st.integers(-2, 9999).map(str), st.just("full")),
    "kernel": st.one_of(junk, st.integers(-2, 99).map(str)),
    "k": st.one_of(junk, st.integers(-2, 99).map(str)),
    "outputs": st.one_of(junk, st.integers(-2, 999).map(str)),
    "groups": st.sampled_from(["0", "1", "2", "3", "4"]),
    "bias": st.lists(st.one_of(number, bad_number), max_size=6).map(",".join),
    "image": st.one_of(junk, st.text("0123456789abcdefA", min_size=64, max_size=64)),
}


@st.composite
def queries(draw):
    """Parameters that mostly fit together, sometimes with one or two that do not."""
    query = draw(st.fixed_dictionaries({}, optional=GOOD))
    query.setdefault("size", "24")
    outputs, (kh, kw) = 5, (3, 3)
    if draw(st.booleans()):
        kh, kw = draw(small), draw(small)
        query["kernel"] = f"{kh}x{kw}"
    if draw(st.booleans()):
        query["filters"] = draw(st.sampled_from(list(BANKS)))
        query.pop("kernel", None)
        kh, kw = BANKS[query["filters"]].kernel_size
        outputs = BANKS[query["filters"]].outputs
    if draw(st.booleans()):
        outputs = query["outputs"] = draw(st.sampled_from([1, 3, 6, 16]))
    query["k"] = str(draw(st.integers(0, outputs - 1)))
    numbers = st.lists(number, min_size=kh * kw, max_size=kh * kw).map(",".join)
    for q in draw(st.sets(st.integers(0, 2))):
        query[f"w.{q}.{query['k']}"] = draw(st.one_of(numbers, st.sampled_from(list(KERNELS))))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        name = draw(st.one_of(st.sampled_from(list(ANY)), st.just("w.0.0"), junk))
        wrong = st.lists(bad_number, min_size=1, max_size=9).map(",".join)
        query[name] = draw(ANY.get(name, st.one_of(wrong, junk)))
    return {name: str(text) for name, text in query.items()}


@st.composite
def forms(draw):
    """What the form may send: a previous link, fields, clicks, and sometimes nonsense."""
    before = draw(queries())
    form = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "kernel": pair,
                "strides": pair,
                "size": st.integers(8, 48).map(str),
                "outputs": st.integers(1, 16).map(str),
                "k": st.integers(0, 3).map(str),
                "filters": st.sampled_from(list(BANKS)),
                "activation": st.sampled_from(list(ACTIVATIONS)),
                "range": st.sampled_from(["auto", "", "0.5"]),
                "preset.1": st.sampled_from(["", *KERNELS]),
                "bias.0": st.one_of(number, bad_number, junk),
                "w.1.0": st.one_of(st.lists(number, min_size=9, max_size=9), junk),
                "at.x": st.one_of(st.integers(0, 400).map(str), junk),
                "at.y": st.integers(0, 400).map(str),
                "at.input-0.x": st.integers(0, 400).map(str),
                "do": st.just("apply"),
            },
        )
    )
    if draw(st.sampled_from([False, False, False, True])):
        form[draw(junk)] = draw(junk)
    return {"from": urlencode(before), **form}


PATHS = ("/", "/api/experiment", "/api/probe", "/api/planes", "/maps/sum.png", "/maps/sum.npy")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return create_app(store_folder=tmp_path_factory.mktemp("store")).test_client()


def sent(client, path, query):
    answer = client.get(f"{path}?{urlencode(query, doseq=True)}")
    assert answer.status_code in {200, 303, 400, 404, 413, 414}, (path, query)
    if answer.status_code >= 400 and path.startswith("/api"):
        assert answer.json["detail"]
        assert answer.json["remedy"]
    return answer


def test_queries(shared):
    counted = Counter()

    @PLAIN
    @given(query=queries(), path=st.sampled_from(PATHS))
    def held(query, path):
        answer = sent(shared, path, query)
        counted[answer.status_code] += 1
        if answer.status_code == 200 and path == "/api/experiment":
            again = read([pair.split("=", 1) for pair in decoded(answer.json["query"])])
            assert to_pairs(again) == to_pairs(read(query.items()))

    held()
    told(counted)


def decoded(query):
    """The parameters of a canonical query, which needs no decoding but of a few characters."""
    return [part.replace("%3A", ":").replace("%2C", ",") for part in query.split("&") if part]


def test_forms(shared):
    counted = Counter()

    @PLAIN
    @given(form=forms())
    def held(form):
        answer = sent(shared, "/edit", form)
        if answer.status_code == 303:
            location = answer.headers["Location"]
            assert location.startswith("/")
            page = shared.get(location.partition("#")[0])
            assert page.status_code == 200, (form, location)
            counted[200] += 1
        else:
            counted[answer.status_code] += 1

    held()
    told(counted)


def told(counted):
    """Print what came of them; at least 30 in 100 could be shown."""
    whole = sum(counted.values())
    print(f"{whole} examples of {EXAMPLES}: {dict(counted)}")
    assert counted[200] >= 0.3 * whole


@PLAIN
@given(query=queries())
def test_links_round_trip(query):
    try:
        experiment = read(query.items())
    except MultiConvError:
        return
    pairs = to_pairs(experiment)
    assert read(pairs) == experiment
    assert to_pairs(read(pairs)) == pairs
