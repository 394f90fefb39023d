"""A scene as an SVG text, with or without an app around it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from multiconv.figure.scene import Scene
from multiconv.figure.stage import stage_of


@cache
def _templates() -> Environment:
    """Return the templates: the wheel's copy, else the checkout's."""
    package = Path(__file__).resolve().parents[1]
    packed = package / "web" / "templates"
    folder = packed if packed.is_dir() else package.parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def drawn(scene: Scene) -> str:
    """Return the whole figure as one drawing that needs nothing else."""
    drawing = scene.diagram()
    return (
        _templates()
        .get_template("stage.svg")
        .render(scene=scene, stage=stage_of(scene), diagram=drawing, faces=scene.faces(drawing))
    )
