"""What the templates may call: where a file of the page is, and the class of a tint."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from multiconv.figure.kernel import tint
from multiconv.figure.planes import ramp
from multiconv.imaging.guards import READ_HERE


def register(app: Flask) -> None:
    """Give the templates their few helpers."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    build = app.config["BUILD"]
    app.jinja_env.globals.update(
        tint=tint,
        ramp=ramp(),
        static=lambda path: f"/static/{build}/{path}",
        pictures_read=READ_HERE,
    )
