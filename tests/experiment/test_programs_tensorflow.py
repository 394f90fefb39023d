"""The exported TensorFlow program runs and reproduces the page's numbers, where it is installed."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.experiment.programs import APART, QUERIES, STACKS, run, run_stack

pytestmark = pytest.mark.skipif(
    find_spec("tensorflow") is None,
    reason="tensorflow is none of the oracles that every Python has: pip install '.[tensorflow]'",
)


@pytest.mark.parametrize("query", [*QUERIES, APART])
def test_the_program_gives_the_pages_numbers(query, client, tmp_path):
    assert run("tensorflow", query, client, tmp_path) < 1e-5


@pytest.mark.parametrize("query", STACKS)
def test_the_program_of_a_stack_gives_the_last_layers_maps(query, client, tmp_path):
    assert run_stack("tensorflow", query, client, tmp_path) < 1e-5
