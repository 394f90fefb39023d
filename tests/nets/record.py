"""Record what the app answers, for the tests beside this module to compare later versions with.

The data were recorded from version 0.1.0 as it stood at the commit 15a2b49:

- 2,000 links of all parameters in all spellings, what each says and its canonical form;
  300 broken ones with the error, its message, field and limit;
- pages as a person reads them (`reading`), and where filled-in forms lead;
- the arrays of 60 experiments at some 200 places each with Σ|products| there, their maps'
  pictures and planes as whole numbers, and the sums of all;
- what the API, the drawings, the programs and ``/openapi.json`` say.

Bytes of pictures and of archives are not recorded: another packing, BLAS or processor changes
them. Values are held to 1e-6 of Σ|products|, colour indices to ± 1, decimals in words to one of
their last digit, and everything else is to be the same.

``python -m tests.nets.record`` records anew, ``python -m tests.nets.record pages edits`` some
parts alone. A difference that is meant is named where the change is told, in the CHANGELOG or
in the commit, and its part recorded in that commit; never record to make a test pass whose
difference nobody can name.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from numpy.typing import NDArray

from tests.nets import asked, bounds, data, observed, reach


def links(_: FlaskClient) -> None:
    """Record links, the second half of them canonical, and broken ones."""
    queries = asked.links(1200)
    canonical = [reach.canonical(query) for query in asked.links(1000, seed=15)]
    queries = list(dict.fromkeys([*queries, *canonical]))[:2000]
    assert len(queries) == 2000
    data.write("links", [{"query": query, **observed.link(query)} for query in queries])
    broken = [
        {"query": query, "refusal": found}
        for query in dict.fromkeys(asked.broken_links(480))
        if (found := reach.refusal(query))
    ][:300]
    assert len(broken) == 300
    data.write("broken", broken)


def pages(client: FlaskClient) -> None:
    """Record pages, and those that come again for a form that cannot be used."""
    found = [{"address": address, **observed.page(client, address)} for address in asked.PAGES]
    again = [{"form": form, **observed.failed_edit(client, form)} for form in asked.FAILING]
    assert {each["status"] for each in again} <= {400, 404, 413}
    data.write("pages", {"pages": found, "again": again})


def edits(client: FlaskClient) -> None:
    """Record where forms lead."""
    made = [{"form": form, **observed.edit(client, form)} for form in asked.EDITS]
    filled = [
        {"query": query, "changes": changes, **observed.filled(client, query, changes)}
        for query, changes in asked.FILLED
    ]
    assert {each["status"] for each in [*made, *filled]} == {303}
    for form, each in zip(asked.EDITS, made, strict=True):
        assert observed.edit(client, form, post=True).items() <= each.items()
    data.write("edits", {"made": made, "filled": filled})


def maps(client: FlaskClient) -> None:
    """Record arrays, pictures and planes."""
    index: list[dict[str, Any]] = []
    flat: dict[str, list[NDArray[Any]]] = {"values": [], "bounds": [], "levels": []}
    for query in asked.experiments():
        arrays = observed.arrays(client, query)
        (layer,) = reach.parse(query)["layers"]
        pads = observed.facts(client, "/api/experiment", query)["body"]["pads"]
        limits = bounds.bounds(arrays, layer, pads)
        entry: dict[str, Any] = {"query": query, "k": int(arrays["k"])}
        entry |= {"arrays": {}, "levels": {}}
        for name, values in arrays.items():
            slack = float(limits[name].sum())
            entry["arrays"][name] = _described(values, flat["values"]) | {"slack": slack}
            flat["values"].append(observed.sample(values).astype(np.float32))
            flat["bounds"].append(bounds.rounded_up(observed.sample(limits[name])))
        found, entry["told"] = observed.levels(client, query, entry["k"])
        for name, values in found.items():
            if name.endswith(" packed"):  # has to be what is not packed
                assert np.array_equal(values, found[name.removesuffix(" packed")])
                continue
            entry["levels"][name] = _described(values, flat["levels"])
            flat["levels"].append(observed.sample(values))
        index.append(entry)
    data.write("maps", index)
    data.write_arrays("maps", **{name: np.concatenate(parts) for name, parts in flat.items()})


def _described(values: NDArray[Any], before: list[NDArray[Any]]) -> dict[str, Any]:
    return {
        "shape": list(values.shape),
        "dtype": str(values.dtype),
        "totals": observed.totals(values),
        "at": sum(part.size for part in before),
    }


def answers(client: FlaskClient) -> None:
    """Record the API's facts, problems, drawings, programs and description."""
    queries = asked.experiments()
    problems = [each["query"] for each in data.recorded("broken")[::12]]
    found: dict[str, Any] = {
        "facts": [
            {"path": path, "query": query, **observed.facts(client, path, query)}
            for path, chosen in (
                ("/api/experiment", queries[::2]),
                ("/api/probe", queries[1::2]),
                ("/api/experiment", problems),
            )
            for query in chosen
        ],
        "drawings": [
            {"path": path, "query": query, **observed.drawing(client, path, query)}
            for query in queries[::5]
            for path in ("/diagram.svg", "/stage.svg", "/maps/sum.svg", "/maps/input-0.svg")
        ],
        "programs": [
            {"library": library, "query": query,
             "lines": observed.program(client, library, query)}
            for query in queries[::6]
            for library in observed.LIBRARIES
        ],
        "openapi": observed.openapi(client),
    }  # fmt: skip
    data.write("answers", found)


PARTS: dict[str, Callable[[FlaskClient], None]] = {
    part.__name__: part for part in (links, pages, edits, maps, answers)
}


def main(names: list[str]) -> None:
    """Record the named parts, all if none is named."""
    with tempfile.TemporaryDirectory() as folder:
        client = reach.app_client(Path(folder))
        for name in names or PARTS:
            PARTS[name](client)


if __name__ == "__main__":
    main(sys.argv[1:])
