"""What people take with them: drawings, numbers, films and programs of what they see."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Give the app the addresses of this room."""
    from multiconv.web.takeaway import routes

    app.register_blueprint(routes.blueprint)
