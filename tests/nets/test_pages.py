"""Pages read as they did, and forms lead where they led."""

from __future__ import annotations

import pytest

from tests.nets import observed
from tests.nets.comparing import lines_apart
from tests.nets.data import recorded

PAGES, EDITS = recorded("pages"), recorded("edits")


def _name(edit):
    return observed.query_of(edit["form"])[:60]


def _compare(old, new, what):
    facts = ("status", "kind", "fields")
    assert {name: new[name] for name in facts} == {name: old[name] for name in facts}, what
    apart = lines_apart(old["items"], new["items"])
    assert not apart, f"{what} reads otherwise:\n{apart}"


@pytest.mark.parametrize("page", PAGES["pages"], ids=lambda page: page["address"][:60])
def test_pages_read_as_they_did(client, page):
    _compare(page, observed.page(client, page["address"]), page["address"])


@pytest.mark.parametrize("again", PAGES["again"], ids=_name)
def test_pages_come_again_with_what_was_typed(client, again):
    _compare(again, observed.failed_edit(client, again["form"]), again["form"])


@pytest.mark.parametrize("edit", EDITS["made"], ids=_name)
def test_forms_lead_where_they_led(client, edit):
    expected = {name: edit[name] for name in ("status", "to", "said")}
    post = len(edit["form"]) % 2 == 1  # either way leads to the same
    assert observed.edit(client, edit["form"], post=post) == expected, edit["form"]


@pytest.mark.parametrize("edit", EDITS["filled"], ids=lambda edit: edit["query"][:60])
def test_whole_forms_lead_where_they_led(client, edit):
    expected = {name: edit[name] for name in ("status", "to", "said")}
    found = observed.filled(client, edit["query"], edit["changes"])
    assert found == expected, (edit["query"], edit["changes"])
