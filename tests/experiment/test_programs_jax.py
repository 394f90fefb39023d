"""The exported JAX program runs and reproduces the page's numbers."""

from __future__ import annotations

import pytest

from tests.experiment.programs import APART, QUERIES, STACKS, run, run_stack

pytest.importorskip("jax", reason="jax is not installed: pip install -e '.[oracles]'")


@pytest.mark.parametrize("query", [*QUERIES, APART])
def test_the_program_gives_the_pages_numbers(query, client, tmp_path):
    assert run("jax", query, client, tmp_path) < 1e-5


@pytest.mark.parametrize("query", STACKS)
def test_the_program_of_a_stack_gives_the_last_layers_maps(query, client, tmp_path):
    assert run_stack("jax", query, client, tmp_path) < 1e-5
