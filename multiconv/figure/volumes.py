"""The volumes with this person's maps on their faces: as links in the page, as data in a file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from multiconv.drawing.volumes import Diagram, volumes
from multiconv.figure.links import map_link
from multiconv.figure.outputs import Sheet
from multiconv.figure.planes import map_plane
from multiconv.figure.rows import outside_group
from multiconv.imaging import colour
from multiconv.imaging import png as codec
from multiconv.imaging.bands import few
from multiconv.tracing.trace import Trace, Tracer


def diagram_of(trace: Trace, *, wide: bool = False) -> Diagram:
    """Return the drawing of a trace's feature maps, in their real proportions."""
    layer = trace.experiment.layer
    rows, columns, channels = trace.levels.shape
    return volumes(
        (rows, columns, channels),
        (*trace.layer.geometry.output_size, layer.outputs),
        trace.experiment.focus.k,
        wide=wide,
        feeding=[
            q for q in range(channels) if not outside_group(layer, q, trace.experiment.focus.k)
        ],
    )


def linked_faces(
    diagram: Diagram, trace: Trace, build: str, sheet: Sheet | None
) -> Mapping[str, str]:
    """Return the address of the picture on every slab that is not on the sheet."""
    chosen = f"output-{trace.experiment.focus.k}"
    own = trace.range_of(trace.layer.output)
    return {
        slab.href: map_link(
            trace.experiment, slab.href, own if slab.href == chosen else trace.range, build
        )
        for slab in (*diagram.inputs, *diagram.outputs)
        if sheet is None or slab.href == chosen or slab in diagram.inputs
    }


def inline_faces(diagram: Diagram, trace: Trace, tracer: Tracer) -> Mapping[str, str]:
    """Return the picture on every slab as a ``data:`` URI, so that a file needs nothing else."""
    palette = colour.palette()
    faces = {}
    for slab in diagram.inputs:
        plane = map_plane(slab.href, trace, tracer)
        faces[slab.href] = replace(plane, levels=few(np.asarray(plane.levels))).png()
    for slab in diagram.outputs:
        output = tracer.output(trace.experiment, slab.index)
        shown = colour.indices(few(output), trace.range_of(output))
        faces[slab.href] = codec.png_indexed(shown, palette)
    return {
        name: "data:image/png;base64," + base64.b64encode(body).decode()
        for name, body in faces.items()
    }
