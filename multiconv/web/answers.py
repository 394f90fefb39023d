"""The API's bodies and answers as JSON Schema."""

from __future__ import annotations

from multiconv.experiment.banks import PLANES
from multiconv.experiment.model import LIMITS
from multiconv.web.schemas import BYTES, TEXT, Schema, record, row, whole, words

_NUMBER: Schema = {"type": "number"}
_WHOLE: Schema = {"type": "integer"}
_MAYBE: Schema = {"type": ["number", "null"]}

_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_GRID = row(row(_NUMBER))

PROBLEM = record(
    {"type": TEXT, "title": TEXT, "status": _WHOLE, "detail": TEXT, "remedy": TEXT},
    {"field": TEXT, "limit": TEXT},
)
EXPERIMENT = record(
    {
        "query": TEXT,
        "sentence": TEXT,
        "input_shape": row(_WHOLE, minItems=4, maxItems=4),
        "filters_shape": row(_WHOLE, minItems=4, maxItems=4),
        "output_shape": row(_WHOLE, minItems=4, maxItems=4),
        "pads": row(row(_WHOLE, minItems=2, maxItems=2), minItems=2, maxItems=2),
        "k": _WHOLE,
        "pixel": row(_WHOLE, minItems=2, maxItems=2),
        "range": _NUMBER,
        "maps": row(
            record(
                {"name": TEXT, "shape": row(_WHOLE), "min": _MAYBE, "max": _MAYBE,
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
        "rows": row(_WHOLE),
        "cols": row(_WHOLE),
        "channels": row(
            record({"q": _WHOLE, "values": _GRID, "kernel": _GRID, "products": _GRID,
                    "subtotal": _NUMBER})
        ),
        "bias": _NUMBER,
        "total": _NUMBER,
    }
)  # fmt: skip
UPLOAD = record({"image": BYTES})
STORED = record({"id": _ID, "width": _WHOLE, "height": _WHOLE, "url": TEXT, "notes": row(TEXT)})
DELETED = record({"deleted": _ID})

_SIDES = row(whole(1, LIMITS.kernel_side), minItems=2, maxItems=2)
_OUTPUTS = whole(1, LIMITS.outputs)
_WEIGHT: Schema = {"type": "number", "minimum": -LIMITS.weight, "maximum": LIMITS.weight}
_CHANNELS = row(
    row(_WEIGHT, minItems=1, maxItems=LIMITS.outputs),
    minItems=PLANES,
    maxItems=PLANES,
)
_ROW = row(_CHANNELS, minItems=1, maxItems=LIMITS.kernel_side)
FILTERS = row(_ROW, minItems=1, maxItems=LIMITS.kernel_side) | {
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
        "first": whole(0, 100_000) | {"description": "the first output that is taken"},
    },
)
WEIGHTS_STORED = record({"kernel": _SIDES, "outputs": _OUTPUTS, "url": TEXT})
