"""Strict numbers: what is read, what is refused with which words, and how values are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multiconv.errors import InvalidValue
from multiconv.experiment.numbers import decimal, number, plain, quoted, terms_text, whole

READ = [
    ("0", 0.0),
    ("1", 1.0),
    ("+1", 1.0),
    ("-1", -1.0),
    ("−1", -1.0),
    ("0.1", 0.1),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e-3", 0.001),
    ("1e−3", 0.001),
    ("2.5E2", 250.0),
    (" 7\t", 7.0),
    ("\r\n7 ", 7.0),
    ("1000000", 1e6),
    ("-1e6", -1e6),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_reads(text, value):
    assert number(text, field="bias", limit=1e6) == value


def test_zeros_within_a_sum_have_their_plus():
    assert terms_text(["0.000", "0.000", "+0.118", "−0.2"]) == "0.000 +0.000 +0.118 −0.2"
    assert terms_text([]) == ""


def test_a_positive_number_is_asked_for_where_no_other_will_do():
    with pytest.raises(InvalidValue, match="above 0, up to 1,000, such"):
        number("nan", field="range", limit=1e3, positive=True)


REFUSED = [
    "", " ", "abc", "1_0", "１", "٣", "nan", "NaN", "inf", "-inf", "Infinity", "1e309", "-1e309",
    "1 0", "- 1", "--1", "1,5", "0x10", "1e", "e5", ".", "+", "−", "\u00a01", "1\x00", "1/2",
    "1e6.5", "1000000.1", "9" * 5000, "²",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_with_field_limit_and_remedy(text):
    with pytest.raises(InvalidValue) as caught:
        number(text, field="bias", limit=1e6)
    error = caught.value
    assert error.field == "bias"
    assert error.limit == "−1,000,000 to 1,000,000"
    assert error.problem.startswith("bias is ")
    assert "−1,000,000 to 1,000,000" in error.remedy
    assert len(error.problem) < 70


def test_a_number_too_large_is_not_called_no_number():
    with pytest.raises(InvalidValue, match="too large"):
        number("1e309", field="bias", limit=1e6)


def test_minus_zero_is_zero():
    assert math.copysign(1, number("-0", field="bias", limit=1)) == 1


def test_a_name_stands_in_the_message_and_the_field_stays():
    with pytest.raises(InvalidValue, match=r"^Weight 2 of w\.0\.1 is “x”") as caught:
        number("x", field="w.0.1", limit=1, name="Weight 2 of w.0.1")
    assert caught.value.field == "w.0.1"


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("4", 4), (" 2 ", 2), ("+3", 3), ("007", 7)])
def test_whole_reads(text, value):
    assert whole(text, "k", 0, 9) == value


@pytest.mark.parametrize("text", ["", "a", "1.0", "1e1", "-1", "−1", "10", "1_0", "１", "9" * 9999])
def test_whole_refuses(text):
    with pytest.raises(InvalidValue) as caught:
        whole(text, "k", 0, 9)
    assert caught.value.field == "k"
    assert caught.value.limit == "0 to 9"
    assert caught.value.remedy == "Write a whole number from 0 to 9."
    assert len(caught.value.problem) < 60


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_plain_reads_back_the_same_and_is_plain(value):
    text = plain(value)
    assert set(text) <= set("-.0123456789")
    assert float(text) == value
    assert number(text, field="bias", limit=1e301) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1e22, "1" + "0" * 22),
        (-0.0, "0"),
        (100.0, "100"),
        (-3.5, "-3.5"),
    ],
)
def test_plain_is_canonical(value, text):
    assert plain(value) == text


@pytest.mark.parametrize(
    ("value", "places", "signed", "text"),
    [
        (0.469, 3, True, "+0.469"),
        (-0.267, 3, True, "−0.267"),
        (-0.267, 1, False, "−0.3"),
        (-0.0004, 3, True, "0.000"),
        (0.0, 0, True, "0"),
        (12.0, 0, False, "12"),
        (10.0, 0, True, "+10"),
    ],
)
def test_shown(value, places, signed, text):
    assert decimal(value, places, signed=signed) == text


def test_quoted_hides_what_cannot_be_printed():
    assert quoted("a\r\nb\x00") == "“a��b�”"
