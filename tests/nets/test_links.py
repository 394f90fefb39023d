"""Links say what they said, and what was refused still is, in the same words."""

from __future__ import annotations

import pytest

from tests.nets import observed, reach
from tests.nets.comparing import values_apart
from tests.nets.data import recorded

CHUNK = 100


@pytest.mark.parametrize("first", range(0, 2000, CHUNK))
def test_links_say_what_they_said(first):
    apart = []
    for link in recorded("links")[first : first + CHUNK]:
        apart += _compared(link, observed.link)
    assert not apart, "\n".join(apart)


@pytest.mark.parametrize("first", range(0, 2000, CHUNK))
def test_canonical_links_are_links_to_the_same(first):
    for link in recorded("links")[first : first + CHUNK]:
        again = observed.link(link["canonical"])
        assert again["canonical"] == link["canonical"], link["query"]
        assert again["reads"] == link["reads"], link["query"]


@pytest.mark.parametrize("first", range(0, 300, CHUNK))
def test_broken_links_are_refused_in_the_same_words(first):
    apart = []
    for link in recorded("broken")[first : first + CHUNK]:
        apart += _compared(link, lambda query: {"refusal": reach.refusal(query)})
    assert not apart, "\n".join(apart)


def _compared(link, observe):
    """What differs of one link, its query before it; what fails is a difference as well."""
    old = {name: value for name, value in link.items() if name != "query"}
    try:
        new = observe(link["query"])
    except Exception as error:
        return [f"?{link['query']}", f"  {type(error).__name__}: {error}"]
    if old == new:
        return []
    exact = values_apart(old, new) or ["numbers differ in their last digits"]
    return [f"?{link['query']}", *(f"  {line}" for line in exact)]
