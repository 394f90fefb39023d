"""The description of the API: complete, and true by schemathesis's generated requests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from multiconv.experiment.fields import NAMES
from multiconv.web import create_app

schemathesis = pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: the API was not held to its description"
)
checks = pytest.importorskip("schemathesis.specs.openapi.checks")
EXAMPLES = 12
BRACES = str.maketrans("<>", "{}")
OF_THE_PAGE = {
    ("/images/{name}/delete", "post"),
    ("/filters/{name}/delete", "post"),
    ("/filters", "get"),
    ("/filters/{any(learned, glorot, he):kind}", "post"),
    ("/weights", "get"),
}
"""Pages for people and their forms."""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """One for all: no answer depends on what was asked before."""
    return create_app({"TESTING": True}, store_folder=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def schema(app):
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.fixture
def described(client):
    return client.get("/openapi.json").json


def test_every_address_for_scripts_is_described_and_no_other(app, described):
    rooms = (
        *(
            "/api/",
            "/maps/",
            "/diagram.svg",
            "/healthz",
            "/readyz",
            "/images",
            "/filters",
            "/weights",
        ),
        *("/stage.svg", "/multiconv.npz", "/film/", "/code/"),
    )
    there = {
        (rule.rule.replace("any(gif, webp):", "").translate(BRACES), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(rooms)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    } - OF_THE_PAGE
    told = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert told == there


def test_every_parameter_of_a_link_is_described(described):
    told = [entry["name"] for entry in described["paths"]["/api/experiment"]["get"]["parameters"]]
    assert told == [*NAMES, "w.0.0", "w.1.0", "w.2.0", "layers"]


def test_summaries_come_from_the_routes(described):
    for methods in described["paths"].values():
        for operation in methods.values():
            assert operation["summary"].endswith(".")


OPERATIONS = [
    ("/healthz", "GET"),
    ("/readyz", "GET"),
    ("/api/experiment", "GET"),
    ("/api/networks", "GET"),
    ("/api/probe", "GET"),
    ("/api/learning", "GET"),
    ("/api/planes", "GET"),
    ("/api/planes", "POST"),
    ("/maps/{name}.png", "GET"),
    ("/maps/{name}.npy", "GET"),
    ("/maps/{name}.svg", "GET"),
    ("/diagram.svg", "GET"),
    ("/stage.svg", "GET"),
    ("/multiconv.npz", "GET"),
    ("/film/{name}.{kind}", "GET"),
    ("/code/{library}.py", "GET"),
    ("/filters", "POST"),
    ("/weights", "POST"),
    ("/images", "POST"),
    ("/images/{name}", "DELETE"),
    ("/filters/{name}", "DELETE"),
]


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_are_as_described(schema, path, method, mode):
    if (
        path in {"/healthz", "/readyz", "/api/networks"}
        and mode == schemathesis.GenerationMode.NEGATIVE
    ):
        return  # they take nothing that could be wrong
    operation = schema[path][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def held(case):
        # Parameters bind one another (groups divides outputs, a kernel has kh·kw numbers), which
        # a schema cannot say: what is allowed one by one may be refused together, and told why.
        # In process, schemathesis does not undo the deflating that it says it takes.
        answer = case.call(headers={"Accept-Encoding": "identity"})
        excluded = [checks.positive_data_acceptance]
        # Too many or too large parts: a refusal as good as 400.  A mark after a link, as in
        # ``strides=3*``, is put right, which the answer says.
        if answer.status_code == 413 or "multiconv-repaired" in answer.headers:
            excluded.append(checks.negative_data_rejection)
        case.validate_response(answer, excluded_checks=excluded)

    held()


def test_a_mark_after_a_link_is_put_right_and_said(client):
    answer = client.post("/api/planes", data={"maps": "sum", "strides": "3*"})
    assert (answer.status_code, answer.headers["Multiconv-Repaired"]) == (200, "ending")
    within = client.post("/api/planes", data={"maps": "sum", "strides": "3*", "k": "1"})
    assert (within.status_code, within.json["field"]) == (400, "strides")


def test_every_operation_is_held_to_its_description(described):
    told = {(path, way.upper()) for path, ways in described["paths"].items() for way in ways}
    assert told == set(OPERATIONS)
