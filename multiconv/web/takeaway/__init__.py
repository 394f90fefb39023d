"""What people take with them: drawings, numbers, films and programs of what they see."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Give the app the addresses of this room, of the gallery and of people's own filters."""
    from multiconv.web import gallery
    from multiconv.web.takeaway import routes
    from multiconv.web.weights import routes as weights

    for blueprint in (routes.blueprint, gallery.blueprint, weights.blueprint):
        app.register_blueprint(blueprint)
