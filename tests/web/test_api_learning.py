"""Learning through HTTP: its numbers, its maps, its program."""

import json
from io import BytesIO

import numpy as np

QUERY = "size=40&outputs=1&filters=zero&target=luminance-edges:0&steps=29"


def test_the_api_tells_how_far_it_is(client):
    found = client.get(f"/api/experiment?{QUERY}").json
    told = found["learning"]
    assert told["step"] == 29
    assert 0 < told["loss"] < told["first_loss"]
    assert abs(told["rate"] - 0.9 * told["stable"]) < 1e-12
    assert [len(each) for each in told["weights"]] == [9, 9, 9]
    assert {"target", "error"} <= {each["name"] for each in found["maps"]}
    head = client.get(f"/api/planes?{QUERY}&maps=partial-0,output-0,error,product-1-2-0").data
    assert json.loads(head.partition(b"\n")[0])["learning"].items() <= told.items()
    assert "learning" not in client.get("/api/experiment?size=40").json


def test_all_steps_are_told_at_once(client):
    way = client.get(f"/api/learning?{QUERY}").json
    values, vectors, ends, missing, means = (
        np.array(way[name]) for name in ("values", "vectors", "ends", "missing", "means")
    )
    for step in (0, 1, 29, 400):
        told = client.get(f"/api/experiment?{QUERY.replace('=29', f'={step}')}").json["learning"]
        rests = missing * (1 - 2 * way["rate"] * values) ** step
        weights, gradient = vectors @ (ends + rests), vectors @ (2 * values * rests)
        assert np.abs(weights.reshape(9, 3).T - told["weights"]).max() < 1e-6
        assert np.abs(gradient.reshape(9, 3).T - told["gradient"]).max() < 1e-6
        assert abs(way["level"] - means @ weights - told["bias"]) < 1e-6
        assert abs(way["floor"] + values @ rests**2 - told["loss"]) < 1e-6
    # Sobel's column of −1, −2, −1 over the parts of luminance, halved where the kernel says so.
    kernels = np.array(way["target"]["kernels"]).reshape(3, 3, 3)
    assert np.allclose(kernels[:, :, 0], -kernels[:, :, 2])
    assert np.allclose(kernels[0] / kernels[0, 0, 0], kernels[1] / kernels[1, 0, 0])
    refused = client.get("/api/learning?size=40")
    assert refused.status_code == 400
    assert refused.json["field"] == "target"


def test_every_map_is_there_and_is_what_it_says(client):
    told = client.get(f"/api/experiment?{QUERY}").json["learning"]

    def numbers(name):
        answer = client.get(f"/maps/{name}.npy?{QUERY}")
        assert answer.status_code == 200, answer.text
        return np.load(BytesIO(answer.data))

    error = numbers("output-0") - numbers("target")
    assert np.abs(error - numbers("error")).max() < 1e-5
    assert abs(error.mean()) < 1e-6
    assert abs((error**2).mean() - told["loss"]) < 1e-6
    for q, di, dj in np.ndindex(3, 3, 3):
        products = numbers(f"product-{q}-{di}-{dj}")
        assert abs(products.mean() - told["gradient"][q][3 * di + dj]) < 1e-6
    for address in client.get(f"/api/experiment?{QUERY}").json["maps"]:
        assert client.get(address["png"]).status_code == 200
    assert client.get(f"/maps/product-0-0-0.svg?{QUERY}").status_code == 200
    assert client.get("/maps/error.png?size=40").status_code == 404


def test_what_is_taken_away_has_the_learned_kernels(client):
    weights = client.get(f"/api/experiment?{QUERY}").json["learning"]["weights"]
    program = client.get(f"/code/numpy.py?{QUERY}").text
    assert f"{weights[0][0]:.6g}"[:6] in program
    assert "target=luminance-edges:0" in program
    assert client.get(f"/stage.svg?{QUERY}").status_code == 200
    assert client.get(f"/multiconv.npz?{QUERY}").status_code in {200, 404}


def test_bad_links_show_the_page_without_learning_and_say_why(client):
    for query, status, words in (
        ("target=luminance-edges:0&kernel=9x9&filters=zero", 400, "kernels to 7"),
        ("target=luminance-edges:0&kernel=5x5&padding=valid&filters=zero", 400, "padding=same"),
        ("target=nothing:0", 404, "no bank"),
        ("target=luminance-edges:0&rate=0", 400, "learns nothing"),
        ("target=luminance-edges:0&steps=1000", 400, "0 to 400"),
        ("steps=3", 400, "nothing is learned"),
        (f"target={'0' * 64}:0", 404, "target"),
    ):
        answer = client.get(f"/?size=40&{query}")
        assert answer.status_code == status, query
        assert words in answer.text, query


def test_a_rate_beyond_stability_never_shows_nan(client):
    answer = client.get(f"/api/experiment?{QUERY.replace('29', '400')}&rate=9")
    assert answer.json["learning"]["step"] < 400
    assert "NaN" not in answer.text
    page = client.get(f"/?{QUERY.replace('29', '400')}&rate=9").text
    assert "NaN" not in page
    assert "nan" not in page.lower().split()
