"""The files that the page is made of: its styles in one answer, and the modules of its scripts.

Nothing is built: sheets and modules lie apart, as browsers, node and the compiler of types read
them. A page asks for the first of each, which the server answers with all that it imports; where
a module is in the whole its source map says, so that errors and debuggers name it and its line.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, request, send_from_directory

from multiconv.errors import NotFound
from multiconv.web.headers import FOREVER

blueprint = Blueprint("files", __name__)

_SHEET = re.compile(r'^@import "(\w+\.css)";$', re.MULTILINE)
_IMPORT = re.compile(r'^import (?:(\{ \w+(?:, \w+)* \}) from )?"(\.[\w./]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const|class) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_MAP = ".map"
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@blueprint.get("/static/<build>/<path:path>")
def static(build: str, path: str) -> Response:
    """Answer a file of the page, which never changes under its build's name; of another, none."""
    if build != current_app.config["BUILD"]:
        raise NotFound("That file is another build's.", "Load the page again.")
    folder = current_app.config["STATIC"]
    if path in _WHOLE:
        deflated = _deflated(folder, path)
        packed = request.accept_encodings["gzip"] > 0
        response = Response(deflated if packed else gzip.decompress(deflated))
        response.content_type = f"{_WHOLE[path][0]}; charset=utf-8"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
    else:
        response = send_from_directory(folder, path)
    response.headers["Cache-Control"] = FOREVER
    return response


@cache
def _deflated(folder: Path, path: str) -> bytes:
    """Return a file with all that it imports, as small as it gets: once, it is asked for often."""
    return gzip.compress(_WHOLE[path][1](folder / path).encode(), mtime=0)


def _whole_sheet(path: Path) -> str:
    """Return a style sheet with those that it imports in their places."""
    text = path.read_text(encoding="utf-8")
    return _SHEET.sub(lambda found: (path.parent / found[1]).read_text(encoding="utf-8"), text)


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the scripts: where it lies, its text, and what it imports as it says it."""

    path: Path
    text: str
    imports: tuple[Path, ...]


def modules_of(first: Path) -> list[Module]:
    """Return a module and all that it imports, each after its own, as browsers run them."""
    found: dict[Path, Module] = {}

    def visit(path: Path) -> None:
        if path not in found:
            text = path.read_text(encoding="utf-8")
            imports = tuple((path.parent / at[2]).resolve() for at in _IMPORT.finditer(text))
            for each in imports:
                visit(each)
            found[path] = Module(path, text, imports)

    visit(first.resolve())
    return list(found.values())


def joined_script(first: Path) -> str:
    """Return a module with all that it imports: each in a function that returns its exports.

    Modules import by name and in no circle, and export constants: so what a function returns is
    what the others would import. No line is added but one at each module's end.
    """
    modules = modules_of(first)
    numbers = {module.path: at for at, module in enumerate(modules)}
    whole = "".join(_wrapped(module, numbers) for module in modules)
    return f"{whole}//# sourceMappingURL={first.name}{_MAP}\n"


def _wrapped(module: Module, numbers: dict[Path, int]) -> str:
    imports = iter(module.imports)

    def imported(found: re.Match[str]) -> str:
        from_there = numbers[next(imports)]
        return f"const {found[1]} = ${from_there};" if found[1] else ""

    names = [found[2] for found in _EXPORT.finditer(module.text)]
    text = _EXPORT.sub(r"\1 \2", _IMPORT.sub(imported, module.text))
    if other := _OTHER.search(text):
        raise ValueError(f"{module.path.name} says what cannot be joined: {other[0]}")
    inside = f"{text}return {{ {', '.join(names)} }};"
    return f"const ${numbers[module.path]} = (() => {{ {inside} }})();\n"


def source_map(first: Path) -> str:
    """Return where each line of a joined script is from, as debuggers read it (source map, 3)."""
    modules, lines = modules_of(first), []
    after = 0  # how far the line that is told is from the last one that was
    for at, module in enumerate(modules):
        count = module.text.count("\n")
        # Of each its column here, then module, line and column there, less those of the one above.
        lines += ["A" + ("C" if at else "A") + _steps(-after) + "A", *["AACA"] * (count - 1), ""]
        after = count - 1
    folder = first.resolve().parent
    found = {
        "version": 3,
        "sources": [module.path.relative_to(folder).as_posix() for module in modules],
        "sourcesContent": [module.text for module in modules],  # the first's address has the whole
        "names": [],
        "mappings": ";".join(lines),
    }
    return json.dumps(found)


def _steps(number: int) -> str:
    """Return a number in base 64, its sign and the lowest digits first, as source maps have it."""
    rest = 2 * abs(number) + (number < 0)
    digits = ""
    while rest > 31:
        digits += _DIGITS[rest % 32 + 32]
        rest //= 32
    return digits + _DIGITS[rest]


_WHOLE: dict[str, tuple[str, Callable[[Path], str]]] = {
    "css/page.css": ("text/css", _whole_sheet),
    "js/main.js": ("text/javascript", joined_script),
    f"js/main.js{_MAP}": ("application/json", lambda path: source_map(path.with_suffix(""))),
}
"""What is answered whole: its kind, and how it is made of what lies at that path."""
