"""What the templates may call: where a file of the page is, and the class of a tint."""

from __future__ import annotations

import base64

import numpy as np
from flask import Flask

from multiconv.imaging import codec, colour
from multiconv.imaging.container import READ_HERE


def tint(step: int) -> str:
    """Return the style sheet's class for a coarse step from −8 to 8.

    Examples
    --------
    >>> tint(0), tint(3), tint(-8)
    ('z', 'p3', 'n8')
    """
    return "z" if step == 0 else f"{'p' if step > 0 else 'n'}{abs(step)}"


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
