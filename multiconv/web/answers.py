"""The API's bodies and answers as JSON Schema."""

from __future__ import annotations

from multiconv.experiment.banks import PLANES
from multiconv.experiment.model import LIMITS
from multiconv.web.schemas import BYTES, TEXT, Schema, integer, record, row_of, words

_NUMBER: Schema = {"type": "number"}
_WHOLE: Schema = {"type": "integer"}
_MAYBE: Schema = {"type": ["number", "null"]}

_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_GRID = row_of(row_of(_NUMBER))

PROBLEM = record(
    {"type": TEXT, "title": TEXT, "status": _WHOLE, "detail": TEXT, "remedy": TEXT},
    {"field": TEXT, "limit": TEXT},
)
EXPERIMENT = record(
    {
        "query": TEXT,
        "sentence": TEXT,
        "input_shape": row_of(_WHOLE, minItems=4, maxItems=4),
        "filters_shape": row_of(_WHOLE, minItems=4, maxItems=4),
        "output_shape": row_of(_WHOLE, minItems=4, maxItems=4),
        "pads": row_of(row_of(_WHOLE, minItems=2, maxItems=2), minItems=2, maxItems=2),
        "k": _WHOLE,
        "pixel": row_of(_WHOLE, minItems=2, maxItems=2),
        "range": _NUMBER,
        "maps": row_of(
            record(
                {"name": TEXT, "shape": row_of(_WHOLE), "min": _MAYBE, "max": _MAYBE,
                 "mean": _MAYBE, "png": TEXT, "npy": TEXT}
            )
        ),
        "cost": record({"multiply_adds": _WHOLE}),
    }
)  # fmt: skip
PROBE = record(
    {
        "i": _WHOLE,
        "j": _WHOLE,
        "k": _WHOLE,
        "rows": row_of(_WHOLE),
        "cols": row_of(_WHOLE),
        "channels": row_of(
            record({"q": _WHOLE, "values": _GRID, "kernel": _GRID, "products": _GRID,
                    "subtotal": _NUMBER})
        ),
        "bias": _NUMBER,
        "total": _NUMBER,
    }
)  # fmt: skip
UPLOAD = record({"image": BYTES})
STORED = record({"id": _ID, "width": _WHOLE, "height": _WHOLE, "url": TEXT, "notes": row_of(TEXT)})
DELETED = record({"deleted": _ID})

_SIDES = row_of(integer(1, LIMITS.kernel_side), minItems=2, maxItems=2)
_OUTPUTS = integer(1, LIMITS.outputs)
_WEIGHT: Schema = {"type": "number", "minimum": -LIMITS.weight, "maximum": LIMITS.weight}
_CHANNELS = row_of(
    row_of(_WEIGHT, minItems=1, maxItems=LIMITS.outputs),
    minItems=PLANES,
    maxItems=PLANES,
)
_ROW = row_of(_CHANNELS, minItems=1, maxItems=LIMITS.kernel_side)
FILTERS = row_of(_ROW, minItems=1, maxItems=LIMITS.kernel_side) | {
    "description": "filters[di][dj][q][k]: kernel rows, kernel columns, inputs, outputs"
}
LINK = record({"query": TEXT | {"description": "of a link whose kernels are to be stored"}})
FILTERS_STORED = record({"id": _ID, "kernel": _SIDES, "outputs": _OUTPUTS, "url": TEXT})
WEIGHTS = record(
    {"weights": BYTES | {"description": ".npy, .npz, JSON or .safetensors"}},
    {
        "tensor": TEXT | {"description": "which, if there are several"},
        "layout": words(("auto", "hwio", "oihw")),
        "order": words(("rgb", "bgr")),
        "first": integer(0, 100_000) | {"description": "the first output that is taken"},
    },
)
WEIGHTS_STORED = record({"kernel": _SIDES, "outputs": _OUTPUTS, "url": TEXT})
