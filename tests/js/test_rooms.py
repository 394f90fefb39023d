"""The scripts' rooms: who imports whom, no circles, every module used and says what it is."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

JS = Path(__file__).resolve().parents[2] / "static" / "js"
# What a room may import; a script that stands in no room is named itself.
MAY = {
    "lib": {"lib"},
    "state": {"lib"},
    "page": {"page", "state", "lib"},
    "figure": {"figure", "page", "state", "lib"},
    "panels": {"panels", "page", "state", "lib"},
    "main": {"figure", "panels", "page", "state", "lib"},
    "theme": set(),
}
IMPORT = re.compile(r'^import (?:.*? from )?"(.*?)";$', re.MULTILINE)


def modules() -> dict[str, str]:
    """Path below static/js, without its ending, and text of every script."""
    return {
        path.relative_to(JS).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(JS.rglob("*.js"))
    }


def imported(name: str, text: str) -> set[str]:
    folder = (JS / name).parent
    found = (folder / where for where in IMPORT.findall(text))
    return {path.resolve().relative_to(JS).with_suffix("").as_posix() for path in found}


def room(name: str) -> str:
    return name.split("/")[0]


def test_rooms_import_only_what_stands_below_them() -> None:
    for name, text in modules().items():
        foreign = {other for other in imported(name, text) if room(other) not in MAY[room(name)]}
        assert not foreign, name


def test_no_circles_and_nothing_unused() -> None:
    graph = {name: imported(name, text) for name, text in modules().items()}
    tuple(TopologicalSorter(graph).static_order())
    assert set(graph) - set().union(*graph.values()) == {"main", "theme"}


def test_every_export_is_used() -> None:
    all_text = modules()
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("*.test.js"))
    for name, text in all_text.items():
        others = tests + "".join(other for at, other in all_text.items() if at != name)
        for word in re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", text, re.M):
            assert re.search(rf"\b{word}\b", others), f"{name}: {word}"


def test_every_module_is_checked_and_says_what_it_is() -> None:
    for name, text in modules().items():
        assert text.startswith("// @ts-check\n/**"), name
