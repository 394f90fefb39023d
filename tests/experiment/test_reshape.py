"""Names, matrices, sizes and banks that the form asks for, through HTTP."""

import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from flask import Response


@pytest.fixture
def edit(client):
    """Send the form over a link: the new link's parameters and what is told on the way."""

    def sent(link="", method="get", **fields) -> tuple[dict[str, str], str] | Response:
        data = {"from": link} | {name.replace("__", "."): value for name, value in fields.items()}
        if method == "post":
            answer = client.post("/edit", data=data)
        else:
            answer = client.get("/edit", query_string=data)
        if answer.status_code != 303:
            return answer
        found = dict(parse_qsl(urlsplit(answer.location).query))
        found.pop("range", None)  # what the first change holds is test_changes.py's
        return found, found.pop("told", "")

    return sent


def words(answer):
    found = re.findall(r'class="mistake"[^>]*id="mistake-([^"]*)">([^<]*)', answer.text)
    assert answer.status_code == 400
    return found[0]


def test_a_typed_name_counts_more_than_the_list(edit):
    assert edit(preset__0="box", name__0="motion( 90 )") == (
        {"kernel": "7x7", "w.0.0": "motion(90)"},
        "resized",
    )


def test_a_larger_named_kernel_grows_the_layer_unless_a_size_is_chosen(edit):
    assert edit(preset__1="unsharp")[0] == {"kernel": "5x5", "w.1.0": "unsharp"}
    assert edit(preset__1="unsharp", kernel="3x5")[0] == {"kernel": "3x5", "w.1.0": "unsharp"}
    assert edit("kernel=7x7", preset__1="unsharp") == (
        {"kernel": "7x7", "w.1.0": "unsharp"},
        "",
    )


def test_edited_filters_stay_the_persons_own_until_their_bank_is_chosen_anew(edit):
    edited = "k=1&w.0.0=zero&w.0.1=box&kernel=5x5"
    kept = {"k": "1", "kernel": "5x5", "w.0.0": "zero", "w.0.1": "box"}
    assert edit(edited, filters="own", strides="2")[0] == {**kept, "strides": "2x2"}
    assert edit(edited, filters="redness")[0] == {"k": "1"}
    # What the page said before the first edit is no choice.
    assert edit("k=1", filters="redness", preset__0="zero")[0] == {"k": "1", "w.0.1": "zero"}


def test_a_name_that_is_none_is_told_at_its_field(edit):
    field, told = words(edit(name__2="gabor(45,1)"))
    assert field == "name.2"
    assert "wavelength of gabor is &#39;1&#39;" in told
    assert "2 to 30" in told


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_pasted_matrix_gives_every_kernel_its_size(edit, method):
    given = "0\t1\t0\t1\r\n1\t−4\t1\t0"
    parameters, told = edit("w.1.0=1,2,3,4,5,6,7,8,9", method, matrix__0=given)
    assert parameters == {
        "kernel": "2x4",
        "w.0.0": "0,1,0,1,1,-4,1,0",
        "w.1.0": "4,5,6,0,7,8,9,0",
    }
    assert told == "pasted"


def test_a_matrix_of_the_same_size_only_replaces_its_kernel(edit):
    assert edit(matrix__2="[1 0 0; 0 1 0; 0 0 1]") == ({"w.2.0": "1,0,0,0,1,0,0,0,1"}, "")


def test_what_is_pasted_must_agree(edit):
    field, told = words(edit(matrix__0="1 2", matrix__1="1 2 3"))
    assert field == "matrix.1"
    assert "1 × 2 weights, green&#39;s 1 × 3" in told


def test_a_pasted_text_that_cannot_be_read_stays(edit):
    answer = edit(matrix__1="1 2\n3 <b>")
    assert words(answer)[0] == "matrix.1"
    assert re.search(r'<textarea[^>]*name="matrix.1"[^>]*aria-invalid="true"', answer.text)
    assert "3 &lt;b&gt;</textarea>" in answer.text
    assert '<details class="bench" id="bench" open>' in answer.text


def test_a_free_entry_counts_where_it_was_changed(edit):
    now = {"kernel": "3x3", "kernel__other": "3x3", "padding": "same", "padding__other": "same"}
    assert edit(**now)[0] == {}
    assert edit(**(now | {"kernel__other": "2x5"}))[0] == {"kernel": "2x5"}
    assert edit(**(now | {"kernel": "5x5"}))[0] == {"kernel": "5x5"}
    assert edit(**(now | {"padding__other": "0,1,2,3"}))[0] == {"padding": "0,1,2,3"}
    assert edit(**(now | {"strides__other": "1x2"}))[0] == {"strides": "1x2"}


def test_a_free_entry_that_cannot_be_used_is_shown(edit):
    answer = edit(kernel="3x3", kernel__other="16x1")
    assert words(answer)[0] == "kernel"
    assert '<details class="more" open>' in answer.text
    assert re.search(r'name="kernel.other" value="16x1"[^>]*aria-invalid="true"', answer.text)


def test_a_bank_for_groups_brings_its_groups(edit):
    assert edit(filters="depthwise", groups="1", outputs="5")[0] == {"filters": "depthwise"}
    assert edit("filters=depthwise", filters="redness", groups="3")[0] == {}


def test_groups_that_do_not_fit_are_explained(edit):
    field, told = words(edit(groups="3"))
    assert field == "groups"
    assert "must divide both the 3 input channels and the 5 output channels" in told
    assert edit(groups="3", outputs="6")[0] == {"groups": "3", "outputs": "6"}


def test_sixty_four_outputs(edit, client):
    assert edit(outputs="64")[0] == {"outputs": "64"}
    assert words(edit(outputs="129"))[0] == "outputs"
    page = client.get("/?outputs=64&k=63&size=32").text
    assert page.count("data-live-link") >= 3 * 64


def test_every_weight_of_the_largest_kernels_can_be_posted(edit):
    weights = [f"−0.{at + 1:04d}" for at in range(225)]
    parameters, _ = edit("kernel=15x15", "post", **{f"w__{q}__0": weights for q in range(3)})
    assert parameters["kernel"] == "15x15"
    for q in range(3):
        kernel = [float(n) for n in parameters[f"w.{q}.0"].split(",")]
        assert kernel == [-(at + 1) / 10_000 for at in range(225)]


def test_a_long_link_stores_its_bank(edit, client):
    rng = np.random.default_rng(3)
    matrices = {
        f"matrix__{q}": "\n".join(
            " ".join(f"{n:.9f}" for n in row) for row in rng.normal(size=(15, 15))
        )
        for q in range(3)
    }
    parameters, told = edit("bias=0,1,2,3,4&k=1", "post", **matrices)
    stored = parameters.pop("filters")
    assert parameters == {"bias": "0,1,2,3,4", "k": "1"}
    assert told == "pasted"
    answer = client.get(f"/api/probe?filters={stored}&k=1&i=80&j=80")
    kernels = [channel["kernel"] for channel in answer.get_json()["channels"]]
    for q, kernel in enumerate(kernels):
        rows = [[float(n) for n in row.split()] for row in matrices[f"matrix__{q}"].split("\n")]
        assert kernel == rows
    # What was not changed is in the bank as it was: redness at 15 × 15.
    first = client.get(f"/api/probe?filters={stored}&k=0&i=80&j=80").get_json()["channels"][0]
    assert first["kernel"][7][6:9] == [0.1, 0.2, 0.1]
