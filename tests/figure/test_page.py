"""The page's markup as a whole: every reference has its target, headings go down in order."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

REFERENCES = ("form", "for", "popovertarget", "aria-labelledby", "aria-describedby")
PLACES = [
    "/",
    "/?kernel=11x11&filters=dlib",
    "/?outputs=64&groups=1",
    "/?padding=some&k=99",
    "/limits",
    "/weights",
    "/filters",
]


class Elements(HTMLParser):
    """Every element's tag and attributes, and whether it stands within mathematics."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], bool]] = []
        self.mathematics = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.mathematics |= tag == "math"
        self.found.append((tag, {n: v or "" for n, v in attributes}, self.mathematics))

    def handle_endtag(self, tag):
        self.mathematics &= tag != "math"


@pytest.fixture(params=PLACES)
def elements(request, client):
    return Elements(client.get(request.param).text).found


def test_every_reference_has_its_target(elements):
    ids = [attributes["id"] for _, attributes, _ in elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for tag, attributes, _ in elements:
        for name in REFERENCES:
            for target in attributes.get(name, "").split():
                assert target in ids, (tag, name)
        if (link := attributes.get("href", "")).startswith("#"):
            assert link[1:] in ids, (tag, link)


def test_headings_begin_with_one_h1_and_leave_no_level_out(elements):
    levels = [int(tag[1]) for tag, _, _ in elements if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_attributes_stand_where_html_has_them(elements):
    focused = [0]  # In the page, then in each panel: a panel is a scope of its own.
    for tag, attributes, _ in elements:
        focused += [0] * ("popover" in attributes or tag == "dialog")
        focused[-1] += "autofocus" in attributes
    assert focused[0] == 0
    assert max(focused) <= 1
    assert not [tag for tag, attributes, within in elements if within and "tabindex" in attributes]
    roles = {attributes.get("role", "img") for tag, attributes, _ in elements if tag == "svg"}
    assert roles <= {"img"}


def test_a_large_values_caption_has_no_more_digits_than_are_sure(client):
    weights = "0.1,0.1,0.1,0.1,1000000,0.1,0.1,0.1,0.1"
    page = client.get(f"/?size=80&w.0.0={weights}&i=59&j=13").text
    caption = re.search(r'data-value="output">([^<]*)<', page)[1]
    exact = re.findall(r'class="final">[^<]*≈ ([^<]*)<', page)[-1]
    assert re.fullmatch(r"\+[0-9]{6}", caption)
    assert abs(float(exact) - float(caption)) <= 0.5


def test_a_working_size_beyond_the_pictures_own_says_that_it_is_not_enlarged(client):
    def hint(query):
        return re.search(r'id="hint-size">([^<]*)<', client.get(query).text)[1]

    said = "this picture is 512 × 512 and is not enlarged"
    assert said in hint("/?size=1024")
    assert said in hint("/?size=513")
    for query in ("/?size=512", "/", "/?size=full"):
        assert "enlarged" not in hint(query)


def test_the_bench_is_open_where_its_text_could_not_be_used(client):
    def bench(page):
        return re.search(r'<details class="bench"[^>]*>', page)[0]

    assert " open" not in bench(client.get("/?size=40").text)
    answer = client.get("/edit", query_string={"from": "size=40", "name.1": "gabour(1)"})
    assert " open" in bench(answer.text)
    assert 'name="name.1" value="gabour(1)"' in answer.text
    other = client.get("/edit", query_string={"from": "size=40", "strides.other": "99"})
    assert " open" not in bench(other.text)


class TextFields(HTMLParser):
    """Every field that a keyboard types in, with its own attributes over its form's."""

    def __init__(self, page):
        super().__init__()
        self.form, self.found = {}, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        if tag == "form":
            self.form = own
        typed = tag == "textarea" or (tag == "input" and own.get("type", "text") == "text")
        if typed and "readonly" not in own:
            self.found.append(self.form | own)


@pytest.mark.parametrize("address", ["/?size=40", "/?size=40&kernel=9", "/weights?size=40"])
def test_no_keyboard_changes_what_is_typed_and_every_sign_is_on_it(client, address):
    fields = TextFields(client.get(address).text).found
    assert fields
    for field in fields:
        for name in ("autocomplete", "autocapitalize", "autocorrect"):
            assert field.get(name) == "off", field
        assert field["spellcheck"] == "false"
        # The keyboards of "decimal" and "numeric" have no minus on an iPhone, some no point.
        whole = field["name"] == "first"
        assert field.get("inputmode", "text") == ("numeric" if whole else "text"), field
