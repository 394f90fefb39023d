"""A matrix as people paste it: from a spreadsheet, Python, NumPy's print, MATLAB or Mathematica.

Nothing is guessed: a text whose commas may be decimal commas is refused with what to write.
"""

from __future__ import annotations

import re

from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS
from multiconv.experiment.numbers import number, quoted

Matrix = tuple[tuple[float, ...], ...]

_WRAPPING = re.compile(
    r"^\s*(?:[A-Za-z_]\w*\s*=\s*)?(?:(?:np|numpy|torch|tf|jnp)\.)?[A-Za-z_]*\s*\("
)
_DTYPE = re.compile(r",\s*(?:dtype\s*=\s*[\w.]+|shape\s*=\s*\([^)]*\))")
_ASSIGNED = re.compile(r"^\s*[A-Za-z_]\w*\s*=\s*")
_GLUED = re.compile(r"[0-9],[0-9]")
_INNER = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")


def matrix(text: str, field: str = "matrix") -> Matrix:
    """Return the rows of a pasted matrix."""
    if len(text) > LIMITS.matrix_characters:
        raise InvalidValue(
            f"The pasted text has {len(text):,} characters.",
            f"Paste one matrix of at most {LIMITS.kernel_side} × {LIMITS.kernel_side} numbers.",
            field=field,
            limit=f"{LIMITS.matrix_characters:,} characters",
        )
    rows = [cells for line in _lines(text, field) if (cells := _cells(line, field))]
    if not rows:
        raise InvalidValue(
            "The pasted text holds no numbers.",
            "Paste rows of numbers, such as 0 1 0 on three lines.",
            field=field,
        )
    _check_shape(rows, field)
    return tuple(
        tuple(
            number(
                cell,
                field=field,
                limit=LIMITS.weight,
                name=f"Row {at + 1}, column {place + 1} of the matrix",
            )
            for place, cell in enumerate(row)
        )
        for at, row in enumerate(rows)
    )


def _lines(text: str, field: str) -> list[str]:
    """Return the text of each row, without what programs write around a matrix."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    text = _DTYPE.sub("", text)
    if _WRAPPING.match(text):
        text = _WRAPPING.sub("", text, count=1).rstrip("; \n").removesuffix(")")
    text = _ASSIGNED.sub("", text).strip().rstrip(",;").strip()
    if not re.search(r"[\[\](){}]", text):
        return _bare_lines(text, field)
    inner = _INNER.findall(text)
    around = re.sub(r"[\s,;]", "", _INNER.sub("", text))
    if around not in {"", "[]", "()", "{}"} or not inner:
        raise InvalidValue(
            f"{quoted(text)} is no matrix of rows and columns.",
            "Write [[1, 2], [3, 4]], with every bracket closed and no third dimension.",
            field=field,
        )
    return re.split(r"[;\n]", inner[0].strip()) if len(inner) == 1 and not around else inner


def _bare_lines(text: str, field: str) -> list[str]:
    """Return the rows of a text without brackets, refusing commas that may be decimal."""
    lines = text.split("\n")
    separated = any(mark in text for mark in ";\t") or re.search(r"[0-9] +[^ ]", text)
    if _GLUED.search(text) and separated and not re.search(r", ", text):
        raise InvalidValue(
            "The commas in the pasted text may stand between numbers or before decimals.",
            "Write decimals with a point, or put brackets around: [0, 1; 0, 2].",
            field=field,
        )
    inside = [line.strip().rstrip(";").count(";") for line in lines]
    if len(lines) > 1 and any(inside):  # a table whose cells, not rows, end with semicolons
        return [line.replace(";", "\t") for line in lines]
    return re.split(r"[;\n]", text)


def _cells(line: str, field: str) -> list[str]:
    """Return a row's cells: between commas or tabs where there are any, else between blanks."""
    line = line.strip(" \n").removesuffix("...").removesuffix(",").strip(" \n")
    cells = re.split(r"\s*,\s*|\t", line) if re.search(r"[,\t]", line) else line.split()
    if len(cells) > 1 and any(not cell.strip() for cell in cells):
        raise InvalidValue(
            "The matrix has an empty cell.", "Write 0 where a weight is to be nothing.", field=field
        )
    return cells


def _check_shape(rows: list[list[str]], field: str) -> None:
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        odd = next(at for at, row in enumerate(rows) if len(row) != len(rows[0]))
        raise InvalidValue(
            f"Row 1 of the matrix has {len(rows[0])} numbers, row {odd + 1} has {len(rows[odd])}.",
            "Give every row as many numbers.",
            field=field,
        )
    most = LIMITS.kernel_side
    if max(len(rows), *lengths) > most:
        raise InvalidValue(
            f"The matrix has {len(rows)} × {len(rows[0])} numbers.",
            f"Kernels have at most {most} rows and {most} columns.",
            field=field,
            limit=f"{most} × {most}",
        )
