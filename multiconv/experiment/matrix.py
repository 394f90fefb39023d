"""A matrix as people paste it: from a spreadsheet, a table, a program's text or a program's print.

What programs write around the rows is taken off, one kind after another (`_bare`).  Nothing is
guessed: a text that may mean two things is refused with what to write.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from itertools import chain

from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS
from multiconv.experiment.numbers import number, quoted, with_minus

Matrix = tuple[tuple[float, ...], ...]
Rows = list[list[str]]

_LIBRARY = r"(?:np|numpy|torch|tf|jnp|jax\.numpy|mx|cp|cupy)\."
_SCALAR = re.compile(
    rf"(?:{_LIBRARY})?\b(?:bfloat|float|double|u?int)(?:8|16|32|64)?_?\(([^()]*)\)"
)
_TYPE = rf"{_LIBRARY}\w+|['\"]\w+['\"]"
_OPTION = re.compile(
    r",\s*(?:(?:dtype|shape|device|requires_grad|grad_fn|weak_type|order|copy|ndmin|layout|size)"
    rf"\s*=\s*(?:<[^<>]*>|'[^']*'|\"[^\"]*\"|\([^()]*\)|[\w.]+)|{_TYPE})(?=\s*[,)>])"
)
_TENSORFLOW = re.compile(r"^<[\w.]+\b[^\[]*?\b(?:numpy|value)=\s*(.*)>$", re.DOTALL)
_PARAMETER = re.compile(r"^Parameter containing:\s*")
_TYPES = r"(?:(?:const|static|float|double|int|auto|let|var|final)\s+)*"
_NAMED = re.compile(rf"^{_TYPES}[A-Za-z_][\w.]*\s*(?:\[[0-9]*\]\s*)*(?:=|:=|<-|←)\s*")
_CALL = re.compile(r"^(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*\s*\((.*)\)$", re.DOTALL)
_KEYED = re.compile(r"^\{\s*[\"']?\w[\w.-]*[\"']?\s*:\s*(\[.*\])\s*\}$", re.DOTALL)
_YAML = re.compile(r"^(?:\w[\w.-]*:[ \t]*\n)?(?=\s*- \[)")
_ITEM = re.compile(r"^\s*- (?=\[)", re.MULTILINE)
_CALLS_MOST = 4
_BETWEEN_QUOTES = re.compile(r"(?<=[\"'])\s*,\s*(?=[\"'])")
_QUOTED = re.compile(r"([\"'])([^\"'\n]*)\1")
_SUFFIX = re.compile(r"(?<=[0-9.])[fFL](?=[,;}\s\])]|$)")
_POWER = re.compile(r"(?<=[0-9.])(?:\*\^|[dD](?=[+-]))(?=[+-]?[0-9])")

_SIZED = re.compile(
    r"^(?:[A-Za-z]\w*\s*=\s*)?[1-9][0-9]*\s*[×x]\s*[1-9][0-9]*(?:\s+[A-Za-z].*)?:?$"
)
_NAME_LINE = re.compile(r"^[A-Za-z_]\w*\s*=$|^(?:Diagonal|Full) Matrix$")
_FACTOR = re.compile(r"^([0-9.]+[eE][+-]?[0-9]+)\s*\*$")
_COLUMNS = re.compile(r"^Columns?\s+[0-9]+(?:\s+(?:through|to|and|thru)\s+[0-9]+)?:?$")
_R_COLUMNS = re.compile(r"^(?:\[,[0-9]+\]\s*)+$")
_R_ROW = re.compile(r"^\[[0-9]+,\]\s*")
_LATEX = re.compile(
    r"\\(?:begin|end)\{\w*(?:matrix|array)\*?\}(?:\{[^{}]*\})?|\\(?:left|right)\s*[\[\](){}|.]"
    r"|\\hline|\$+|\\[\[\]]"
)
_PRETTY = re.compile(r"[⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠│┃]")

_ELLIPSIS = re.compile(r"\.\.\.|…")
_CONTINUED = re.compile(r"(?<=\S)[ \t]*\.\.\.[ \t]*(?=\n)")
_INNER = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_DECIMAL = r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?"
_GLUED = re.compile(r"[0-9],[0-9]")
_OF_DECIMALS = re.compile(rf"\s*{_DECIMAL}(?:,\s+{_DECIMAL})*[,;]?\s*")
_WHOLE_LINE = re.compile(r"\s*[+-]?[0-9]+[,;]?\s*")
_THOUSANDS = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]")
_WIDE = re.compile("(?<![0-9.,])[0-9]{1,3}[\u00a0\u2009\u202f][0-9]{3}(?![0-9])")
_BLANK = re.compile(r"[^\S\t\n ]")
_BESIDE = re.compile(r"^[0-9./\s]+\*\s*[\[({\w]|[\])}]\s*[/*]\s*[0-9.(]")


def matrix(text: str, field: str = "matrix") -> Matrix:
    """Return the rows of a pasted matrix."""
    if len(text) > LIMITS.matrix_characters:
        raise InvalidValue(
            f"The pasted text has {len(text):,} characters.",
            f"Paste one matrix of at most {LIMITS.kernel_side} × {LIMITS.kernel_side} numbers.",
            field=field,
            limit=f"{LIMITS.matrix_characters:,} characters",
        )
    text = with_minus(text).replace("\r\n", "\n").replace("\r", "\n")
    _check_meaning(text, field)
    blocks, factor = _blocks(_bare(_BLANK.sub(" ", text)))
    rows = _side_by_side([_rows(block, field) for block in blocks], field)
    if not rows:
        raise InvalidValue(
            "The pasted text holds no numbers.",
            "Paste rows of numbers, such as 0 1 0 on three lines.",
            field=field,
        )
    rows = _unlabelled(rows)
    _check_shape(rows, field)
    return tuple(
        tuple(
            number(
                _times(cell, factor),
                field=field,
                limit=LIMITS.weight,
                name=f"Row {at + 1}, column {place + 1} of the matrix",
            )
            for place, cell in enumerate(row)
        )
        for at, row in enumerate(rows)
    )


def _check_meaning(text: str, field: str) -> None:
    """Refuse what is no whole matrix, and what may mean two things."""
    cut = text if "[[" in text else _CONTINUED.sub(" ", text)
    if _ELLIPSIS.search(cut):
        raise InvalidValue(
            "The pasted matrix was shortened where it was printed: “...” stands for numbers.",
            "Print it whole, by .tolist() or with NumPy’s or PyTorch’s set_printoptions.",
            field=field,
        )
    if re.match(r"\s*(?:\w+\s*(?:=|<-)\s*)?matrix\(\s*c\(", text):
        raise InvalidValue(
            "R’s matrix(c(…)) fills columns or rows, as its other arguments say.",
            "Paste what R prints of it.",
            field=field,
        )
    if re.search(r"[\])}]\s*(?:\.?'|\.T\b|\.mT\b)", text) and not _QUOTED.search(text):
        raise InvalidValue(
            "What stands after the matrix turns its rows into columns.",
            "Paste the matrix as it is then, with nothing after it.",
            field=field,
        )
    if _BESIDE.search(text.strip()):
        raise InvalidValue(
            "The matrix is multiplied or divided beside its brackets.",
            "Paste the numbers that result, or those in the brackets and then choose “scale to "
            "sum 1” in the kernel’s list.",
            field=field,
        )
    if wide := _WIDE.search(text):
        raise InvalidValue(
            f"The narrow blank in {quoted(wide[0].replace(wide[0][-4], ' '))} may stand between "
            "thousands or between numbers.",
            "Write thousands without a blank, and a plain blank between numbers.",
            field=field,
        )
    if _THOUSANDS.search(text):
        raise _unclear_commas(field)


def _unclear_commas(field: str) -> InvalidValue:
    return InvalidValue(
        "The commas in the pasted text may stand between numbers or before decimals.",
        "Write decimals with a point, or put brackets around: [0, 1; 0, 2].",
        field=field,
    )


def _bare(text: str) -> str:
    """Return a text without what programs write around the rows of a matrix."""
    text = _PARAMETER.sub("", text.strip())
    text = _SCALAR.sub(r"\1", text)
    if match := _TENSORFLOW.match(text):
        text = match[1].strip()
    text = _OPTION.sub("", text).rstrip("; \n")
    text = _NAMED.sub("", text)
    for _ in range(_CALLS_MOST):
        if match := _CALL.match(text) or _KEYED.match(text):
            text = _OPTION.sub("", match[1].strip() + ")").removesuffix(")").strip()
    if _YAML.match(text):
        text = _ITEM.sub("", _YAML.sub("", text))
    text = _QUOTED.sub(r"\2", _BETWEEN_QUOTES.sub("\t", text))
    text = _POWER.sub("e", _SUFFIX.sub("", text))
    text = _PRETTY.sub("", text)
    if "\\" in text or "&" in text:
        text = _LATEX.sub(" ", re.sub(r"\\\\(?:\[[^\]]*\])?", "\n", text)).replace("&", "\t")
    return _CONTINUED.sub(" ", text)


def _blocks(text: str) -> tuple[list[str], str]:
    """Return the parts that stand side by side, and the factor that MATLAB prints before them."""
    blocks: list[list[str]] = [[]]
    factor = "1"
    lines = [line.strip(" ") for line in text.split("\n")]
    for at, line in enumerate(lines):
        plain = line.strip()
        if _COLUMNS.match(plain) or _R_COLUMNS.match(plain):
            blocks.append([])
        elif match := _FACTOR.match(plain):
            factor = match[1]
        elif _is_a_rule(plain) and "|" in text:
            if blocks[-1] and not re.search(r"[0-9]", lines[at - 1]):
                blocks[-1].pop()  # the table's headings
        elif not (_SIZED.match(plain) or _NAME_LINE.match(plain)):
            blocks[-1].append(_R_ROW.sub("", line))
    if all("|" in line for block in blocks for line in block if line.strip()):
        blocks = [[line.strip(" |").replace("|", "\t") for line in block] for block in blocks]
    joined = ["\n".join(block).strip("\n ") for block in blocks]
    return [block for block in joined if block.strip()], factor


def _is_a_rule(line: str) -> bool:
    return "-" in line and set(line) <= set("|+-:= \t")


def _side_by_side(parts: list[Rows], field: str) -> Rows:
    """Return the rows whose columns were printed one part under another."""
    lengths = [len(rows) for rows in parts]
    if len(set(lengths)) > 1:
        raise InvalidValue(
            f"The printed columns have {lengths[0]} rows, further ones {lengths[-1]}.",
            "Paste the whole print, with all of its columns.",
            field=field,
        )
    return [list(chain.from_iterable(row)) for row in zip(*parts, strict=True)]


def _rows(block: str, field: str) -> Rows:
    lines = _lines(block.strip().rstrip(",;").strip(), field)
    return [cells for line in lines if (cells := _cells(line, field))]


def _lines(text: str, field: str) -> list[str]:
    """Return the text of each row."""
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
    if any("," in row and _many_decimals(row) for row in inner):
        raise _unclear_commas(field)
    return re.split(r"[;\n]", inner[0].strip()) if len(inner) == 1 and not around else inner


def _many_decimals(row: str) -> bool:
    """Tell whether commas without a blank stand inside numbers and others between them."""
    return bool(_OF_DECIMALS.fullmatch(row)) and re.search(r",\s", row) is not None


def _bare_lines(text: str, field: str) -> list[str]:
    """Return the rows of a text without brackets, refusing commas that may be decimal."""
    lines = text.split("\n")
    separated = any(mark in text for mark in ";\t") or re.search(r"[0-9] +[^ ]", text)
    if _GLUED.search(text):
        filled = [line for line in lines if line.strip()]
        column = all(_OF_DECIMALS.fullmatch(row) or _WHOLE_LINE.fullmatch(row) for row in filled)
        if column or (separated and not re.search(r", ", text)):
            raise _unclear_commas(field)
    inside = [line.strip().rstrip(";").count(";") for line in lines]
    if len(lines) > 1 and any(inside):  # a table whose cells, not rows, end with semicolons
        return [line.replace(";", "\t") for line in lines]
    return re.split(r"[;\n]", text)


def _cells(line: str, field: str) -> list[str]:
    """Return a row's cells: between commas or tabs where there are any, else between blanks."""
    line = line.strip(" \n").removesuffix(",").strip(" \n")
    cells = re.split(r"\s*,\s*|\t", line) if re.search(r"[,\t]", line) else line.split()
    if len(cells) > 1 and any(not cell.strip() for cell in cells):
        raise InvalidValue(
            "The matrix has an empty cell.", "Write 0 where a weight is to be nothing.", field=field
        )
    return cells


def _unlabelled(rows: Rows) -> Rows:
    """Return rows without the names of columns and the counts of rows that tables print."""
    head, body = rows[0], rows[1:]
    counts = [row[0] for row in body]
    labelled = bool(body) and all(len(row) == len(head) + 1 for row in body)
    if labelled and any(counts == _counted(start, len(body)) for start in (0, 1)):
        names = [cell for cell in head if not re.fullmatch(r"[A-Za-z_][\w.]*", cell)]
        if not names or head == _counted(0, len(head)):
            return [row[1:] for row in body]
    return rows


def _counted(start: int, count: int) -> list[str]:
    return [str(at) for at in range(start, start + count)]


def _times(cell: str, factor: str) -> str:
    if factor == "1":
        return cell
    try:
        return str(Decimal(cell.strip()) * Decimal(factor))
    except InvalidOperation:
        return cell  # is refused as it stands


def _check_shape(rows: Rows, field: str) -> None:
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
