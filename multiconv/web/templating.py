"""What the templates may call: where a file of the page is, and the class of a tint."""

from __future__ import annotations

import base64

import numpy as np
from flask import Flask

from multiconv.figure.kernel import tint
from multiconv.imaging import colour
from multiconv.imaging import png as codec
from multiconv.imaging.guards import READ_HERE


def _ramp() -> str:
    """Return the colour bar as a ``data:`` picture, one pixel a colour."""
    colours = np.arange(2 * colour.ZERO + 1, dtype=np.uint8)[np.newaxis]
    body = codec.png_indexed(colours, colour.palette())
    return "data:image/png;base64," + base64.b64encode(body).decode()


def register(app: Flask) -> None:
    """Give the templates their few helpers."""
    build = app.config["BUILD"]
    app.jinja_env.globals.update(
        tint=tint,
        ramp=_ramp(),
        static=lambda path: f"/static/{build}/{path}",
        pictures_read=READ_HERE,
    )
