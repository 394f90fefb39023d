"""Exported programs run and reproduce the page's numbers; NumPy's and multiconv's own here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import multiconv
from multiconv.engine.activations import ACTIVATIONS
from multiconv.experiment.programs import LIBRARIES
from tests.experiment.programs import APART, QUERIES, STACKS, run, run_stack

DATA = Path(multiconv.__file__).parent / "networks" / "data" / "emoji_generator.npz"


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("library", ["numpy", "multiconv"])
def test_the_program_gives_the_pages_numbers(library, query, client, tmp_path):
    assert run(library, query, client, tmp_path) < 1e-5


@pytest.mark.parametrize("query", STACKS)
@pytest.mark.parametrize("library", ["numpy", "multiconv"])
def test_the_program_of_a_stack_gives_the_last_layers_maps(library, query, client, tmp_path):
    assert run_stack(library, query, client, tmp_path) < 1e-5


def test_a_transposed_layer_alone_is_run_with_numbers_out_of_the_file(client, tmp_path):
    query = "size=20&kind=transposed&strides=3&kernel=2x5&outputs=2"
    assert run_stack("numpy", query, client, tmp_path) < 1e-5
    with np.load(tmp_path / "multiconv.npz") as saved:
        assert (saved["photo"].shape, saved["filters"].shape) == ((20, 20, 3), (2, 5, 2, 3))
        np.testing.assert_array_equal(saved["filters"], saved["1.filters"])


def test_the_generators_program_writes_the_pages_picture_and_its_filters_are_hwoi(client, tmp_path):
    query = "network=emoji&z=1F436&z.17=1.5&layer=4"
    assert run_stack("numpy", query, client, tmp_path) < 1e-5
    with np.load(tmp_path / "multiconv.npz") as saved, np.load(DATA) as shipped:
        assert saved["z"].shape == (1, 1, 100)
        z = shipped["latents"][shipped["code_points"] == 0x1F436][0].astype(np.float32)
        z[17] = 1.5
        np.testing.assert_array_equal(saved["z"].ravel(), z)
        np.testing.assert_array_equal(saved["filters"], saved["4.filters"])
        for n in range(1, 6):
            weight = shipped[f"deconv{n}.weight"]
            np.testing.assert_array_equal(saved[f"{n}.filters"], weight.astype(np.float32))
        made = np.rint((saved["5.output"] + 1) / 2 * 255)
    picture = (tmp_path / "picture.ppm").read_bytes()
    assert picture.startswith(b"P6 64 64 255\n")
    levels = np.frombuffer(picture[13:], np.uint8).reshape(64, 64, 3)
    assert abs(levels - made).max() <= 1
    assert (levels != made).mean() < 1e-3


@pytest.mark.parametrize("query", STACKS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_programs_of_stacks_compile(library, query, client):
    program = client.get(f"/code/{library}.py?{query}").get_data(as_text=True)
    compile(program, library, "exec")


@pytest.mark.parametrize("library", ["numpy", "multiconv"])
def test_partials_left_apart_in_a_stack_are_computed_by_themselves(library, client, tmp_path):
    assert run(library, APART, client, tmp_path) < 1e-5
    assert run(library, "network=faces&size=120&if=apart", client, tmp_path) < 1e-5
    answer = client.get(f"/code/{library}.py?{APART}").text
    assert "Layers 1 to 2 are run." in answer
    assert "3.filters" not in answer


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_programs_compile_and_name_their_experiment(library, activation, client):
    answer = client.get(f"/code/{library}.py?k=1&activation={activation}")
    program = answer.get_data(as_text=True)
    compile(program, library, "exec")
    assert program.startswith('"""Sample portrait at 160 × 160')
    link = "k=1" if activation == "identity" else f"activation={activation}&k=1"
    assert f"http://localhost/?{link}\n" in program
    plain = client.get(f"/code/{library}.py?k=1").get_data(as_text=True)
    body, plain_body = (text.partition("bias = ")[2] for text in (program, plain))
    assert (body == plain_body) is (activation == "identity")


def test_another_library_is_not_found(client):
    answer = client.get("/code/theano.py")
    assert answer.status_code == 404
    assert "There is no program for “theano”." in answer.text


def test_no_address_ends_the_text_that_it_stands_in(client):
    answer = client.get("/code/numpy.py", headers={"Host": 'x"""+1+"""'})
    if answer.status_code == 200:
        assert answer.get_data(as_text=True).count('"""') == 2
