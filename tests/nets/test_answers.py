"""What the API, the drawings and the programs say is what they said."""

from __future__ import annotations

import pytest

from tests.nets import observed
from tests.nets.comparing import texts_apart, values_apart
from tests.nets.data import recorded

ANSWERS = recorded("answers")


def _name(asked):
    return f"{asked.get('path') or asked.get('library')}?{asked['query']}"[:70]


@pytest.mark.parametrize("asked", ANSWERS["facts"], ids=_name)
def test_the_api_says_the_same(client, asked):
    new = observed.facts(client, asked["path"], asked["query"])
    apart = values_apart({name: asked[name] for name in new}, new)
    assert not apart, "\n".join([f"{asked['path']}?{asked['query']}", *apart])


@pytest.mark.parametrize("asked", ANSWERS["drawings"], ids=_name)
def test_drawings_have_the_same_words_and_shapes(client, asked):
    new = observed.drawing(client, asked["path"], asked["query"])
    apart = values_apart({name: asked[name] for name in new}, new)
    assert not apart, "\n".join([f"{asked['path']}?{asked['query']}", *apart])


@pytest.mark.parametrize("asked", ANSWERS["programs"], ids=_name)
def test_programs_are_the_same(client, asked):
    new = observed.program(client, asked["library"], asked["query"])
    apart = texts_apart(asked["lines"], new)
    assert not apart, f"/code/{asked['library']}.py?{asked['query']}\n{apart}"


def test_the_description_of_the_api_is_the_same(client):
    apart = texts_apart(ANSWERS["openapi"], observed.openapi(client))
    assert not apart, apart
