"""Exported programs run and reproduce the page's numbers; NumPy's and multiconv's own here."""

from __future__ import annotations

import pytest

from multiconv.engine.activations import ACTIVATIONS
from multiconv.errors import NotFound
from multiconv.experiment.model import Experiment
from multiconv.experiment.programs import ACTIVATED, BODIES, IMPORTS, LIBRARIES, code
from tests.experiment.programs import QUERIES, run


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("library", ["numpy", "multiconv"])
def test_the_program_gives_the_pages_numbers(library, query, client, tmp_path):
    assert run(library, query, client, tmp_path) < 1e-5


def test_every_library_has_every_part():
    assert set(LIBRARIES) == set(BODIES) == set(IMPORTS) == set(ACTIVATED)
    assert all(set(lines) == set(ACTIVATIONS) for lines in ACTIVATED.values())


@pytest.mark.parametrize("library", LIBRARIES)
def test_programs_compile_and_name_their_experiment(library):
    program = code(Experiment(), library, (160, 160), "http://localhost/?k=1")
    compile(program, library, "exec")
    assert program.startswith('"""Sample portrait at 160 × 160')
    assert "http://localhost/?k=1" in program


def test_another_library_is_not_found():
    with pytest.raises(NotFound, match="theano"):
        code(Experiment(), "theano", (8, 8))


def test_no_address_ends_the_text_that_it_stands_in(client):
    answer = client.get("/code/numpy.py", headers={"Host": 'x"""+1+"""'})
    if answer.status_code == 200:
        assert answer.get_data(as_text=True).count('"""') == 2
