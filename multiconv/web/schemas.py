"""The API's parameters as JSON Schema, from the values they must obey."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from multiconv.experiment.banks import PLANES
from multiconv.experiment.fields import BY_NAME, NAMES
from multiconv.experiment.programs import LIBRARIES
from multiconv.filters.kernels import KERNELS
from multiconv.imaging.samples import SAMPLES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
BYTES: Schema = {"type": "string", "format": "binary"}


def integer(lowest: int, highest: int) -> Schema:
    """Return the schema of a whole number within bounds."""
    return {"type": "integer", "minimum": lowest, "maximum": highest}


def row_of(items: Schema, **bounds: int) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items, **bounds}


def record(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with just these properties."""
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def words(known: Iterable[str]) -> Schema:
    """Return the schema of one of several words."""
    return {"type": "string", "enum": list(known)}


def _query() -> dict[str, Schema]:
    """Return the schema of every parameter of a link."""
    found = {name: dict(BY_NAME[name].kind.schema) for name in NAMES}
    found["image"]["examples"] = [f"sample:{name}" for name in SAMPLES]
    return found


def parameters() -> list[Schema]:
    """Return the parameters that describe an experiment, every one optional."""
    kernel = {
        "type": "string",
        "description": "kh·kw numbers row by row, with commas, or a named kernel",
        "examples": [*KERNELS, "0,0,0,0,1,0,0,0,0"],
    }
    kernels = {f"w.{q}.0": kernel for q in range(PLANES)}
    said = {"w.0.0": "w.<q>.<k>: the kernel from input channel q to output channel k"}
    return [
        {"name": name, "in": "query", "required": False, "schema": schema,
         "description": said.get(name, schema.get("description", name))}
        for name, schema in (_query() | kernels).items()
    ]  # fmt: skip


MAP: tuple[Schema, ...] = (
    {
        "name": "name", "in": "path", "required": True,
        "schema": TEXT | {"pattern": "^[a-z0-9-]+$"},
        "description": "input-<q>, partial-<q>, running-<n>, sum, or output-<k>",
    },
)  # fmt: skip
PAPER: Schema = {"name": "paper", "in": "query", "required": False, "schema": words("01"),
                 "description": "1 for an opaque picture"}  # fmt: skip
MAPS: Schema = {"name": "maps", "in": "query", "required": False, "schema": TEXT,
                "description": "names of maps, with commas"}  # fmt: skip
PACKED: Schema = {"name": "packed", "in": "query", "required": False,
                  "schema": {"type": "string", "enum": ["0", "1"]},
                  "description": "1: differences, deflated, for slow networks"}  # fmt: skip
IMAGE_ID: Schema = {"name": "name", "in": "path", "required": True,
                    "schema": TEXT | {"pattern": "^[0-9a-f]{64}$"}}  # fmt: skip
CACHED: Schema = {"ETag": {"schema": TEXT}, "Cache-Control": {"schema": TEXT}}
LIBRARY: tuple[Schema, ...] = (
    {"name": "library", "in": "path", "required": True, "schema": words(LIBRARIES)},
)
FILM: tuple[Schema, ...] = (
    {"name": "name", "in": "path", "required": True, "schema": words(("window", "sum"))},
    {"name": "kind", "in": "path", "required": True, "schema": words(("gif", "webp"))},
)
