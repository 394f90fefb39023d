"""Links as they come out of mails, chats and other people's programs."""

import random
from urllib.parse import parse_qsl, quote

import pytest

from multiconv.errors import MultiConvError
from multiconv.experiment.link import read, to_pairs, to_query
from multiconv.experiment.model import Experiment, Limits
from multiconv.experiment.transit import (
    REPAIRS,
    arrival,
    explained,
    is_tracker,
    straightened,
    without_ending,
)

TRACKERS = (
    *("utm_source", "utm_medium", "utm_campaign", "utm_id", "UTM_Term", "fbclid", "gclid", "dclid"),
    *(
        "msclkid",
        "twclid",
        "ttclid",
        "yclid",
        "wbraid",
        "gbraid",
        "gad_source",
        "_gl",
        "_ga",
        "ref",
    ),
    *("igsh", "igshid", "si", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hssc", "pk_kwd"),
    *("mtm_source", "ref_src", "srsltid", "fb_action_ids", "li_fat_id", "vero_id", "irclickid"),
    *("hsa_cam", "oly_enc_id", "_openstat", "spm", "usp", "_branch_match_id", "s_cid", "epik"),
)
OURS = ["k", "i", "j", "size", "range", "ranges", "inputs", "layer", "layers", "w.0.0", "2.kernel"]
MISSPELT = [
    "kernl",
    "K",
    "source",
    "reference",
    "sim",
    "clid_",
    "colour",
    "gl",
    "w.red.0",
    "2.utm_x",
]


@pytest.mark.parametrize("name", TRACKERS)
def test_what_trackers_add_is_passed_over_and_not_written_back(name):
    asked = [(name, "IwAR1x_-"), ("k", "2"), (name, "%20,)")]
    assert to_pairs(read(asked)) == [("k", "2")]
    assert arrival(asked, read).repairs == ()


@pytest.mark.parametrize("name", OURS + MISSPELT)
def test_nothing_else_is_taken_for_a_trackers(name):
    assert not is_tracker(name)


@pytest.mark.parametrize("name", ["kernl", "source", "reference", "2.utm_x"])
def test_other_unknown_parameters_stay_mistakes(name):
    with pytest.raises(MultiConvError):
        read([(name, "1")])


CAME = [
    ("k=2)", "k=2", "ending"),
    ("k=2).", "k=2", "ending"),
    ("k=2,", "k=2", "ending"),
    ("k=2;", "k=2", "ending"),
    ("k=2!", "k=2", "ending"),
    ("k=2%E2%80%9D", "k=2", "ending"),  # ”
    ("k=2%E2%80%9D).", "k=2", "ending"),
    ("k=2%C2%BB", "k=2", "ending"),  # »
    ("k=2'", "k=2", "ending"),
    ("k=2%22", "k=2", "ending"),
    ("k=2%3E", "k=2", "ending"),  # <link>
    ("k=2**", "k=2", "ending"),
    ("k=2%60", "k=2", "ending"),
    ("k=2%E3%80%82", "k=2", "ending"),  # 。
    ("k=2%22%3Ehere%3C/a%3E", "k=2", "ending"),  # out of <a href="link">here</a>
    ("k=2](https://example.org/?k=2)", "k=2", "ending"),  # Markdown
    ("k=2&)", "k=2", "ending"),
    ("k=2)&fbclid=IwAR0", "k=2", "ending"),  # added to a link that had grown a bracket
    (")", "", "ending"),
    ("activation=relu.", "activation=relu", "ending"),
    ("filters=depthwise)", "filters=depthwise", "ending"),
    ("size=full)", "size=full", "ending"),
    ("image=sample:cat).", "image=sample:cat", "ending"),
    ("w.0.0=gabor(45,6))", "w.0.0=gabor(45,6)", "ending"),
    ("w.0.0=gabor(45,6)).", "w.0.0=gabor(45,6)", "ending"),
    ("w.0.0=gabor(45,6),", "w.0.0=gabor(45,6)", "ending"),
    ("w.0.0=0,1,0,1,-4,1,0,1,0),", "w.0.0=0,1,0,1,-4,1,0,1,0", "ending"),
    ("k=1&amp;size=48", "size=48&k=1", "ampersands"),
    ("k=1&amp;amp;size=48&amp;amp;strides=2", "size=48&strides=2x2&k=1", "ampersands"),
    ("k=1&AMP;size=48", "size=48&k=1", "ampersands"),
    ("k%3D1%26size%3D48", "size=48&k=1", "ampersands"),
    ("k=1%26size%3D48", "size=48&k=1", "ampersands"),
    ("k=1%26amp%3Bsize%3D48", "size=48&k=1", "ampersands"),
    ("k=1&amp;utm_source=chat", "k=1", "ampersands"),
    ("?k=1", "k=1", "ampersands"),
    ("padding=0%252C1%252C0%252C1", "padding=0,1,0,1", "encoded"),
    ("padding=0%25252C1%25252C0%25252C1", "padding=0,1,0,1", "encoded"),
    ("w%252E0%252E0=zero", "w.0.0=zero", "encoded"),
    ("image=sample%253Acat", "image=sample:cat", "encoded"),
    ("w.0.0=gabor%252845%252C6%2529", "w.0.0=gabor(45,6)", "encoded"),
    ("k=3D1&size=3D48", "size=48&k=1", "encoded"),  # quoted-printable
    ("image=sample:c%0Aat", "image=sample:cat", "broken"),
    ("image=sample:c%0D%0A%20%20at", "image=sample:cat", "broken"),
    ("image=sample:c%0A%3E%20at", "image=sample:cat", "broken"),  # "> " of an answer
    ("image=sample:c%3D%0D%0Aat", "image=sample:cat", "broken"),  # quoted-printable
    ("pad%0Ading=valid", "padding=valid", "broken"),
    ("w.0.0=0,1,0,1,-4,1,0,1,0.%0A25", "w.0.0=0,1,0,1,-4,1,0,1,0.25", "broken"),
    ("k=2%E2%80%8B", "k=2", "broken"),  # zero-width space
    ("acti%C2%ADvation=relu", "activation=relu", "broken"),  # soft hyphen
    ("k=2%EF%BB%BF", "k=2", "broken"),
    ("k=1&amp;padding=0%252C1%252C0%252C1)", "padding=0,1,0,1&k=1", "encoded,ampersands,ending"),
]


@pytest.mark.parametrize(("came", "meant", "repairs"), CAME)
def test_a_link_is_put_right_where_that_is_certain(came, meant, repairs):
    pairs = parse_qsl(came, keep_blank_values=True)
    with pytest.raises(MultiConvError):
        read(pairs)
    found = arrival(pairs, read)
    assert to_query(read(found.pairs)) == meant
    assert ",".join(found.repairs) == repairs
    assert set(found.repairs) <= REPAIRS.keys()


@pytest.mark.parametrize(
    "query",
    [
        "w.0.0=gabor(45,6)",
        "w.0.0=gaussian(1.)",
        "range=1.",
        "w.0.0=0,1,0,%0A1,-4,1,0,1,0",
        "w.0.0=0,1,0,1,-4,1,0,1,5.",
        "k= 2 ",
        "padding=1,1,1,1&fbclid=x)",
    ],
)
def test_a_link_that_can_be_used_stays_as_it_came(query):
    pairs = parse_qsl(query)
    assert arrival(pairs, read).pairs == pairs
    assert arrival(pairs, read).repairs == ()


@pytest.mark.parametrize("seed", range(40))
def test_any_link_comes_through_any_chat(seed):
    rng = random.Random(seed)  # noqa: S311
    query = rng.choice(
        [
            "size=48&w.1.0=0,-0.5,0,-1,5,-1,0,-1,0.25&k=0",
            "filters=gabors&k=3&i=4&j=9&range=0.5",
            "kernel=5x5&w.0.0=gabor(45,6)&w.2.0=gaussian(1.5)",
            "image=sample:coffee&strides=2x2&padding=1x2&activation=relu",
        ]
    )
    meant = to_query(read(parse_qsl(query)))
    came = meant.replace("&", rng.choice(["&", "&amp;", "&amp;amp;"]))
    if rng.random() < 0.5:
        came = came.replace(",", rng.choice(["%2C", "%252C"])).replace("(", "%28")
    at = rng.randrange(1, len(came))
    if rng.random() < 0.3 and came[at - 1] not in "%25C&amp;;" and "%" not in came[at - 3 : at + 3]:
        came = came[:at] + "%0A" + came[at:]
    came += rng.choice(["", ")", ").", "%E2%80%9D", "%22,"]) + rng.choice(["", "&utm_medium=chat"])
    found = arrival(parse_qsl(came, keep_blank_values=True), read)
    assert to_query(read(found.pairs)) == meant


def test_one_mistake_does_not_hide_an_ending():
    found = arrival([("kernl", "3"), ("k", "2)")], read)
    assert found.pairs == [("kernl", "3"), ("k", "2")]
    assert found.repairs == ("ending",)


def told(query):
    """What is said of a link that cannot be used, and of which field."""
    found = arrival(parse_qsl(query, keep_blank_values=True), read)
    with pytest.raises(MultiConvError) as caught:
        read(found.pairs)
    error = explained(caught.value, found.pairs)
    assert type(error) is type(caught.value)
    assert error.field == caught.value.field
    return str(error)


CUT = "The link was cut on its way: it ends in the middle of "


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("w.0.0=0,1,0,1,", f"{CUT}w.0.0, with “0,1,0,1,”. Copy it again"),
        ("w.0.0=0,1,0…", f"{CUT}w.0.0, with “0,1,0…”."),
        ("w.0.0=0,1,0...", f"{CUT}w.0.0, with “0,1,0...”."),
        ("k=1...", f"{CUT}k, with “1...”."),  # perhaps 12
        ("k=1%E2%80%A6)", f"{CUT}k, with “1…)”."),
        ("w.0.0=gabor(45,6", f"{CUT}w.0.0, with “gabor(45,6”."),  # perhaps 60
        ("w.0.0=gabor(", f"{CUT}w.0.0"),
        ("padding=0%2", f"{CUT}padding, with “0%2”."),
        ("image=sample:c%E2%80", f"{CUT}image"),
        ("w.0.0=0,1,0", "w.0.0 has 3 weights, but a kernel of 3 × 3 needs 9. Give 9 numbers row by "
         "row, separated by commas, or the name of a kernel. If the link was cut on its way, copy"),
        ("bias=0,1&utm_id=3", "If the link was cut on its way, copy it again."),
        ("activation=loud)", "The link was changed on its way: it ends in “)”. activation is"),
        ("filters=nosuch.", "The link was changed on its way: it ends in “.”."),
        ("w.0.0=gabor(45)", "w.0.0 is “gabor(45)”: gabor is given 1 numbers."),
        ("w.0.0=1,&k=1", "w.0.0 has 2 weights"),
        ("k=1 2", "k is “1 2”, which is no whole number."),
        ("kernl=3&k=1", "There is no parameter “kernl”."),
    ],
)  # fmt: skip
def test_else_what_happened_to_the_link_is_said(query, words):
    assert words in told(query)


def test_a_long_ending_costs_few_readings():
    readings = []

    def counted(pairs):
        readings.append(pairs)
        return read(pairs)

    arrival([("kernl", "1")] * 9 + [("k", ")" * 9999)], counted)
    assert len(readings) < 80


@pytest.mark.parametrize(
    ("text", "own"), [("1)", "1"), ("sum,partial-0).", "sum,partial-0"), ("", ""), ("x…", "x…")]
)
def test_a_word_has_no_marks_at_its_end(text, own):
    assert without_ending(text) == own


def test_what_is_straight_stays():
    pairs = [("k", "1"), ("w.0.0", "gabor(45,6)")]
    assert straightened(pairs) == (pairs, ())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("range=each", "Or did you mean ranges=each?"),
        ("range=shared", "Or did you mean ranges=shared?"),
        ("ranges=0.5", "Or did you mean range=0.5?"),
        ("layer=2", "Or did you mean layers=2?"),
        ("layers=2&layer=3", "Or did you mean layers=3?"),
        ("layers=1&2.kernel=3", "To open layer 1, write layer=1."),
    ],
)
def test_what_is_easily_mistaken_is_named(query, words):
    with pytest.raises(MultiConvError) as caught:
        read(parse_qsl(query), limits=Limits(layers=16))
    assert words in caught.value.remedy


@pytest.mark.parametrize("query", ["range=wide", "ranges=all", "layer=17", "layer=x", "layer=0"])
def test_nothing_is_named_that_would_be_a_mistake_too(query):
    with pytest.raises(MultiConvError) as caught:
        read(parse_qsl(query), limits=Limits(layers=16))
    assert "did you mean" not in str(caught.value)


def test_a_query_that_is_quoted_whole_is_the_start(client):
    assert client.get("/?" + quote("k=2&size=40")).status_code == 200
    assert read(arrival([], read).pairs) == Experiment()
