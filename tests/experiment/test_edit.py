"""The form: every action of it, and that what was not touched stays to the last digit."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from multiconv.experiment.numbers import plain

NINTH = ",".join([plain(1 / 9)] * 9)


@pytest.fixture
def edit(client):
    """Send the form: ``edit(previous, **fields)`` → the answer; fields may be lists."""

    def sent(previous="", fields=None):
        query = urlencode({"from": previous, **(fields or {})}, doseq=True)
        return client.get(f"/edit?{query}")

    return sent


def asked(answer):
    """The parameters of the page that a form's answer leads to."""
    assert answer.status_code == 303, answer.text
    path, _, query = answer.headers["Location"].partition("?")
    assert path == "/"
    # What the first change holds is test_changes.py's.
    return {name: text for name, text in parse_qsl(query) if name not in {"told", "range"}}


def told(answer):
    """The words that the way to the page tells."""
    query = answer.headers["Location"].partition("?")[2]
    return dict(parse_qsl(query)).get("told", "")


def fields(page):
    """Every field of the page's form as a browser would send it, in order."""
    form = re.search(r'<form class="stage".*?</form>', page, re.S)[0]
    sent = []
    for tag in re.findall(r"<input\b[^>]*>|<select\b.*?</select>", form, re.S):
        name = re.search(r'\bname="([^"]*)"', tag)
        if not name or 'type="image"' in tag:
            continue
        if tag.startswith("<select"):
            value = re.search(r'<option value="([^"]*)" selected', tag)
            value = value or re.search(r'<option value="([^"]*)"', tag)
        else:
            value = re.search(r'\bvalue="([^"]*)"', tag)
        sent.append((html.unescape(name[1]), html.unescape(value[1])))
    return sent


LINKS = [
    "",
    "k=3&kernel=5x5&strides=2x1&padding=1x2&activation=relu&range=0.5&size=96",
    f"w.1.0={NINTH}&bias=0.3333333333333333,0,0,0,0",
    "image=sample:coffee&filters=luminance-edges&k=1&i=5&j=7&padding_mode=reflect&dilations=2x2",
    "outputs=3&groups=3&kernel=1x1&w.2.2=-1000000",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_form_sent_as_it_stands_leads_back_to_its_link(client, link):
    page = client.get(f"/?{link}")
    assert page.status_code == 200
    answer = client.get("/edit?" + urlencode([*fields(page.text), ("do", "apply")]))
    assert dict(parse_qsl(urlsplit(answer.headers["Location"]).query)) == dict(parse_qsl(link))
    assert told(answer) == ""


def test_shown_numbers_are_rounded_and_kept_exact(client):
    page = client.get(f"/?w.1.0={NINTH}")
    sent = fields(page.text)
    assert [text for name, text in sent if name == "w.1.0"] == ["0.1111"] * 9
    changed, done = [], False
    for name, text in sent:
        touched = name == "w.1.0" and not done
        done = done or touched
        changed.append((name, "0.5" if touched else text))
    kernel = asked(client.get("/edit?" + urlencode(changed)))["w.1.0"].split(",")
    assert kernel == ["0.5", *[plain(1 / 9)] * 8]


def test_one_weight_gives_its_kernel_alone(edit):
    answer = edit("k=2", {"w.1.2": ["0", "0", "0", "0", "−2.5", "0", "0", "0", "0"]})
    assert asked(answer) == {"k": "2", "w.1.2": "0,0,0,0,-2.5,0,0,0,0"}


def test_bias_of_the_chosen_output(edit):
    assert asked(edit("k=1", {"bias.1": "0.25"})) == {"k": "1", "bias": "0,0.25,0,0,0"}


@pytest.mark.parametrize(
    ("before", "size", "after"),
    [
        ("1,2,3,4,5,6,7,8,9", "5x5", "0,0,0,0,0,0,1,2,3,0,0,4,5,6,0,0,7,8,9,0,0,0,0,0,0"),
        ("1,2,3,4,5,6,7,8,9", "1x1", "5"),
        # An even side's centre is the tap before the middle, where SAME pads less.
        ("1,2,3,4,5,6,7,8,9", "2x2", "5,6,8,9"),
        ("1,2,3,4,5,6,7,8,9", "1x3", "4,5,6"),
    ],
)
def test_resizing_pads_and_crops_about_the_centre(edit, before, size, after):
    answer = edit(f"w.0.0={before}", {"kernel": size})
    assert asked(answer) == {"kernel": size, "w.0.0": after}
    assert told(answer) == "resized"


def test_what_happened_beyond_what_was_asked_is_told_on_the_way_to_the_page(edit, client):
    wide = {"padding": "valid", "kernel": "5x5"}
    cases = [
        edit("", {"kernel": "5x5"}),
        edit("i=0&j=3", {"padding": "valid"}),
        edit("i=0&j=3", wide),
        edit("", {"preset.1": "turn"}),
    ]
    assert [told(answer) for answer in cases] == [
        "resized",
        "moved",
        "resized,moved",
        "symmetric",
    ]
    for answer in cases:
        page = client.get(answer.headers["Location"]).text
        assert f'id="told-{told(answer).replace(",", "-")}"' in page
        (sent,) = re.findall(r'name="from" value="([^"]*)"', page)
        assert "told" not in sent


def test_what_turns_or_fits_says_nothing(edit):
    for answer in (
        edit("w.0.0=1,2,3,4,5,6,7,8,9", {"preset.0": "turn"}),
        edit("w.0.0=1,2,3,4,5,6,7,8,9", {"do": "flipped"}),
    ):
        assert told(answer) == ""


@pytest.mark.parametrize(
    ("link", "change", "pixel", "words"),
    [
        # At stride 2, SAME pads nothing before 160 rows: output 25 is centred on row 51.
        ("i=51&j=101", {"strides": "2x2"}, ("25", "50"), ""),
        ("strides=2x2&i=25&j=50", {"strides": "1x1"}, ("51", "101"), ""),
        ("i=51&j=101", {"padding": "valid"}, ("50", "100"), ""),
        ("i=51&j=101", {"dilations": "3x3"}, ("51", "101"), ""),
        ("i=51&j=101", {"padding": "valid", "dilations": "3x3"}, ("48", "98"), ""),
        # Row 150 of 160 is row 18 of 20, column 3 is column 0.
        ("i=150&j=3", {"size": "20"}, ("18", "0"), ""),
        ("i=159&j=8", {"padding": "valid"}, ("157", "7"), "moved"),
        ("i=51&j=101", {"activation": "relu"}, ("51", "101"), ""),
    ],
)
def test_a_pinned_pixel_stays_over_its_place_of_the_picture(edit, link, change, pixel, words):
    answer = edit(link, change)
    found = asked(answer)
    assert (found["i"], found["j"]) == pixel
    assert told(answer) == words


def test_a_pixel_that_was_not_pinned_stays_so(edit):
    assert asked(edit("", {"strides": "2x2"})) == {"strides": "2x2"}
    found = asked(edit("i=51", {"strides": "2x2"}))
    assert found == {"strides": "2x2", "i": "25"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("abc", "is “abc”, which is no number. Write a decimal number"),
        ("1/3", "is “1/3”, which is no number. Write no fractions, but a decimal number"),
        (
            "1,234",
            "is “1,234”, which is no number. Write a point before decimals and nothing between",
        ),
        ("—1", "is “—1”, which is no number. Write no “—”, but a decimal number"),
        ("\u00a01", "is “\ufffd1”, which is no number. Write no character U+00A0, which cannot be"),
        ("１", "is “１”, which is no number. Write no “１”, but a decimal number"),
        ("2000000", "is “2000000”, which is too large."),
    ],
)
def test_a_weight_at_fault_is_called_as_its_field_is(edit, text, said):
    answer = edit("", {"w.0.0": [*["1"] * 4, text, *["1"] * 4]})
    assert f"Red&#39;s weight in row 2, column 2 {said}" in answer.text
    field = re.search(r'<input[^>]*aria-label="Red weight, row 2, column 2"[^>]*>', answer.text)[0]
    assert f'value="{text}"' in field
    assert 'aria-invalid="true"' in field
    assert answer.text.count('aria-invalid="true"') == 1


def test_a_bias_at_fault_is_called_the_bias(edit):
    said = edit("", {"bias.0": "1,234"}).text
    assert "The bias is “1,234”, which is no number. Write a point" in said


@pytest.mark.parametrize(
    ("previous", "fields", "found"),
    [
        ("", {"w.0.0": [*["1"] * 4, "0,5", *["1"] * 4]}, {"w.0.0": "1,1,1,1,0.5,1,1,1,1"}),
        ("", {"w.0.0": [*["1"] * 4, "–0,5", *["1"] * 4]}, {"w.0.0": "1,1,1,1,-0.5,1,1,1,1"}),
        ("kernel=1x1", {"w.0.0": "0,5"}, {"kernel": "1x1", "w.0.0": "0.5"}),
        ("", {"bias.0": "−0,25"}, {"bias": "-0.25,0,0,0,0"}),
    ],
)
def test_a_decimal_comma_is_read_in_a_field_of_its_own_and_told(edit, previous, fields, found):
    answer = edit(previous, fields)
    assert asked(answer) == found
    assert told(answer) == "comma"


def test_a_decimal_comma_is_read_in_the_range(edit):
    answer = edit("", {"range": "0,5"})
    assert dict(parse_qsl(answer.headers["Location"].partition("?")[2]))["range"] == "0.5"
    assert told(answer) == "comma"


@pytest.mark.parametrize(
    "fields",
    [{"w.0.0": "1,1,1,1,0.5,1,1,1,1"}, {"w.0.0": ["1"] * 9}, {"bias.0": "0.5"}, {"range": "auto"}],
)
def test_no_comma_is_told_where_none_stands_for_a_point(edit, fields):
    assert told(edit("", fields)) == ""


@pytest.mark.parametrize("name", ["gaussian-5", "box-5", "sharpen"])
def test_a_name_in_place_of_a_single_weight_stays_a_name(edit, name):
    assert asked(edit("kernel=1x1", {"w.0.0": name})) == {"kernel": "1x1", "w.0.0": name}


def test_a_list_in_a_link_has_commas_between_its_numbers(edit):
    answer = edit("kernel=1x2", {"w.0.0": "0,5"})
    assert asked(answer) == {"kernel": "1x2", "w.0.0": "0,5"}
    assert told(answer) == ""


def test_a_decimal_comma_beside_a_mistake_is_not_lost(edit):
    answer = edit("", {"w.0.0": [*["1"] * 4, "0,5", *["1"] * 4], "strides.other": "99"})
    assert answer.status_code == 400
    assert "w.0.0=1,1,1,1,0.5,1,1,1,1" in answer.text


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"kernel.other": "5X5"}, {"kernel": "5x5"}),
        ({"kernel.other": "3 × 5"}, {"kernel": "3x5"}),
        ({"strides.other": "2×1"}, {"strides": "2x1"}),
        ({"padding.other": "Valid"}, {"padding": "valid"}),
        ({"size": "Full"}, {"size": "full"}),
        ({"size": "FULL "}, {"size": "full"}),
        ({"range": "Auto"}, {}),
        ({"dilations": "2X3"}, {"dilations": "2x3"}),
    ],
)
def test_what_a_phone_writes_in_capitals_is_read(edit, fields, found):
    assert asked(edit("", fields)) == found


def test_a_links_weight_is_called_by_its_parameter_too(client):
    page = client.get("/?w.1.0=1,2,3,4,5,6,7,8,x").text
    assert "Green&#39;s weight in row 3, column 3 (w.1.0) is “x”" in page


def test_a_channel_left_outside_moves_to_the_last(edit):
    answer = edit("k=4", {"outputs": "2"})
    assert asked(answer) == {"k": "1", "outputs": "2"}
    assert told(answer) == "moved"


def test_choosing_k(edit):
    assert asked(edit("", {"k": "3"})) == {"k": "3"}


def test_a_preset_gives_its_kernel_by_name(edit):
    assert asked(edit("", {"preset.1": "sobel-x", "preset.0": ""})) == {"w.1.0": "sobel-x"}


def test_a_bank_replaces_every_kernel(edit):
    answer = edit("w.0.0=zero&bias=1,0,0,0,0", {"filters": "luminance-edges"})
    assert asked(answer) == {"filters": "luminance-edges"}


def test_a_range_of_auto_is_no_range(edit):
    assert asked(edit("range=0.5", {"range": "auto"})) == {}


@pytest.mark.parametrize(
    ("fields", "pixel"),
    [
        # The output stands 320 pixels wide for 160 columns, a row's picture 160.
        ({"at.x": "10", "at.y": "21"}, ("10", "5")),
        ({"at.x": "319", "at.y": "319"}, ("159", "159")),
        ({"at.x": "5000", "at.y": "0"}, ("0", "159")),
        ({"at.partial-1.x": "10", "at.partial-1.y": "21"}, ("21", "10")),
        ({"at.input-2.x": "10", "at.input-2.y": "21"}, ("21", "10")),
    ],
)
def test_a_click_chooses_the_pixel_under_it(edit, fields, pixel):
    found = asked(edit("", fields))
    assert (found["i"], found["j"]) == pixel


def test_a_click_on_the_input_chooses_the_output_pixel_over_it(edit):
    # SAME puts nothing before 160 rows at stride 2, so output 25's window is centred on row 51.
    found = asked(edit("strides=2x2", {"at.input-0.x": "101", "at.input-0.y": "51"}))
    assert (found["i"], found["j"]) == ("25", "50")


def test_a_click_and_an_edit_go_together(edit):
    found = asked(edit("", {"at.x": "0", "at.y": "0", "strides": "2x2"}))
    assert found == {"strides": "2x2", "i": "0", "j": "0"}


@pytest.mark.parametrize(
    ("link", "sent", "words"),
    [
        ("", {"strides.other": "0"}, "Other stride is “0”, which is out of range."),
        ("layers=3&layer=3", {"strides.other": "a"}, "Other stride is “a”, which"),
        ("", {"strides": "0"}, "Stride is “0”, which is out of range."),
        ("", {"name.0": "nosuch"}, "Red’s kernel is “nosuch”, which is no kernel's name."),
        ("", {"size": "many"}, "Working size is “many”, which"),
        ("", {"range": "-1"}, "Colour range is −1, but colours need a range above zero. Write a "
         "positive number, or auto for"),
        ("", {"range": "nan"}, "Colour range is “nan”, which is no number. Write a decimal number "
         "above 0, up to 1,000,000,000,000, such as 0.25."),
        ("outputs=1&filters=zero&target=luminance-edges:0", {"rate": "-5"},
         "Learning rate η is −5, which learns nothing. Write a positive number, or auto for"),
    ],
)  # fmt: skip
def test_a_field_is_called_as_the_page_calls_it(edit, link, sent, words):
    assert words in html.unescape(edit(link, sent).text)


def test_in_an_address_it_keeps_the_parameters_name(client):
    assert "range is −1, but colours" in client.get("/?range=-1").text
    assert "or leave range out" in client.get("/?range=-1").text


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"w.1.0": ["abc", *["1"] * 8]}, 400, "w.1.0"),
        ({"w.1.0": ["1"] * 8}, 400, "w.1.0"),
        ({"bias.0": "x"}, 400, "bias.0"),
        ({"strides": "0"}, 400, "strides"),
        ({"size": "many"}, 400, "size"),
        ({"kernel": "7", "padding": "valid", "size": "4"}, 400, "kernel"),
        ({"at.x": "1e9", "at.y": "0"}, 400, "at.x"),
        ({"preset.0": "nosuch"}, 400, None),
        ({"filters": "nosuch"}, 404, "filters"),
        ({"colour": "red"}, 400, "colour"),
    ],
)
def test_mistakes_are_told_on_the_page_and_what_was_typed_stays(edit, sent, status, field):
    answer = edit("k=0&activation=relu", {"range": "0.75", **sent})
    assert answer.status_code == status
    mistaken = re.findall(r'role="alert" id="mistake-([^"]*)"', answer.text)
    assert len(mistaken) == 1
    assert field is None or mistaken == [field]
    shown = fields(answer.text)
    if "w.1.0" in sent and len(sent["w.1.0"]) == 9:
        assert [text for name, text in shown if name == "w.1.0"] == sent["w.1.0"]
    for name in ("bias.0", "size"):
        if name in sent:
            assert (name, sent[name]) in shown
    assert ("range", "0.75") in shown
    assert ("activation", "relu") in shown


def test_a_mistake_loses_no_other_choice(edit):
    answer = edit("", {"w.0.0": ["abc", *["1"] * 8], "strides": "2x2", "kernel": "5x5"})
    shown = dict(fields(answer.text))
    assert answer.status_code == 400
    assert (shown["strides"], shown["kernel"]) == ("2x2", "5x5")
    assert 'aria-invalid="true"' in answer.text


def test_a_weight_at_fault_loses_no_other_kernel(edit):
    sent = {"w.0.0": ["abc", *["1"] * 8], "w.1.0": ["0.75", *["0"] * 8]}
    page = edit("", sent).text
    assert 'name="w.1.0" value="0.75" data-exact="0.75"' in page


def test_a_previous_link_that_cannot_be_used_is_told(edit):
    answer = edit("strides=0", {"k": "1"})
    assert answer.status_code == 400
    assert 'id="mistake-strides"' in answer.text


def test_an_address_of_another_host_is_not_followed(edit):
    answer = edit("//evil.example/", {})
    assert answer.status_code == 400
    assert asked(edit("", {})) == {}
