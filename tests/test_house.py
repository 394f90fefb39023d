"""The house rules: style, types, who imports whom, how long modules are, what is committed."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from tests import everything

ROOT = Path(__file__).resolve().parents[1]
PYTHON_LINES, JAVASCRIPT_LINES = 350, 250
# A longer module stands here with its reason.
LONGER: dict[str, str] = {
    "multiconv/engine/geometry.py": "a convolution and its adjoint answer the same questions",
    "multiconv/experiment/model.py": "the values that an experiment is made of are read together",
    "multiconv/experiment/kinds.py": "how each kind of value is read, written and described",
    "multiconv/experiment/link.py": "reading a link and writing it are each other's mirror",
    "multiconv/experiment/challenges.py": "one table, with all that is said of each challenge",
    "multiconv/experiment/edit.py": "what a form asks for, field by field, in the order it counts",
    "multiconv/web/openapi.py": "every answer of the API described, from one set of words",
    "multiconv/explain.py": "one function with all that it takes, described with its examples",
    "multiconv/figure/stage.py": "the figure, and both ways of laying it out as one drawing",
    "static/js/figure/steps.js": "both ways of stepping, through the sum and over the picture",
    "static/js/figure/formula.js": "what each thing that is pointed at lights and says",
    "static/js/figure/ledger.js": "all that follows the pointer in a layer of many inputs",
    "multiconv/tracing/trace.py": "a trace with what is read off it, and what makes it",
}
# A test that reads a clock stands here with its reason.
READS_A_CLOCK = {
    "tests/test_house.py": "it says what it looks for",
    "tests/browser/test_preview.py": "it stops the page’s",
    "tests/browser/test_generator.py": "it sets the page’s",
}
TEXT = {".py", ".js", ".css", ".html", ".svg", ".md", ".toml", ".json", ".txt", ".yml", ".sh", ""}


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is in the repository, or would be by ``git add .``.

    In a tree without git, an unpacked archive, it is what ``.gitignore`` does not name.
    """
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
        return tuple(
            path
            for path in sorted(ROOT.rglob("*"))
            if path.is_file()
            and not any(
                fnmatch(part, pattern)
                for part in path.relative_to(ROOT).parts
                for pattern in (*ignored, ".git")
            )
        )
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


def texts() -> list[tuple[str, str]]:
    """Name and text of every committed file that is text."""
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in committed()
        if path.suffix in TEXT
    ]


def imported(path: Path) -> set[str]:
    """Absolute names of the modules that a Python file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-m", "ruff", "check", "."], id="ruff check"),
        pytest.param(["-m", "ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["-m", "mypy"], id="mypy"),
        pytest.param(
            [
                "-c",
                "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())",
            ],
            id="import contract",
        ),
    ],
)
def test_tool_finds_nothing(command: list[str]) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_engine_needs_numpy_alone() -> None:
    allowed = re.compile(r"numpy|threadpoolctl|multiconv\.(engine|errors)(\.|$)")
    for path in (ROOT / "multiconv" / "engine").rglob("*.py"):
        foreign = {
            name
            for name in imported(path)
            if name.split(".")[0] not in sys.stdlib_module_names and not allowed.match(name)
        }
        assert not foreign, path


def test_an_experiment_opens_no_file() -> None:
    outside = {"io", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "importlib"}
    for path in (ROOT / "multiconv" / "experiment").rglob("*.py"):
        assert not {name.split(".")[0] for name in imported(path)} & outside, path
        assert not re.search(r"\bopen\(", path.read_text(encoding="utf-8")), path


def test_a_drawing_sees_no_pixel() -> None:
    for path in (ROOT / "multiconv" / "drawing").rglob("*.py"):
        others = {name for name in imported(path) if name.startswith(("multiconv", "numpy"))}
        known = re.compile(r"multiconv\.(drawing|engine\.geometry)")
        assert all(known.match(name) for name in others), path


def test_app_only_hands_over_to_the_web_room() -> None:
    assert {name.rsplit(".serve")[0] for name in imported(ROOT / "app.py")} == {"multiconv.web"}


def test_modules_are_short() -> None:
    limits = {".py": PYTHON_LINES, ".js": JAVASCRIPT_LINES}
    long = {
        f"{name}: {count} lines"
        for name, text in texts()
        if name.startswith(("multiconv/", "static/js/", "app.py"))
        and name not in LONGER
        and (count := len(text.splitlines())) > limits.get(Path(name).suffix, count)
    }
    assert not long


@cache
def modules() -> dict[str, ast.Module]:
    """The package's modules by their dotted names, parsed."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for path in sorted((ROOT / "multiconv").rglob("*.py"))
    }


def file_of(name: str) -> Path:
    """The file of a module by its dotted name."""
    path = ROOT.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def users() -> dict[str, set[str]]:
    """Of each module, those that import it or something out of it."""
    found = defaultdict(set)
    for user, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                told = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                told = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            else:
                continue
            for name in told & modules().keys():
                found[name].add(user)
    return found


SHORT = 80


def test_a_short_module_with_a_single_user_says_why_it_stands_alone() -> None:
    """But a part of the figure, which is one word in five places, and a blueprint."""
    for name, by in users().items():
        path = file_of(name)
        part = (ROOT / "templates" / "parts" / f"{path.stem}.html").exists()
        if len(by) != 1 or by == {"multiconv.web"} or part or path.stem == "__init__":
            continue
        words = " ".join((ast.get_docstring(modules()[name]) or "").split())
        short = len(path.read_text(encoding="utf-8").splitlines()) < SHORT
        assert not short or "stands alone" in words, f"{name} is used by {by} alone"


def test_no_public_name_stands_twice_in_the_package() -> None:
    places = defaultdict(list)
    for module, tree in modules().items():
        for node in tree.body:
            # The name of a route is its blueprint's.
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not any(
                "blueprint." in ast.unparse(each) for each in node.decorator_list
            ):
                places[node.name].append(module)
    twice = {
        name: where
        for name, where in places.items()
        if len(where) > 1 and not name.startswith("_") and name != "register"
    }
    assert not twice


def private_names(tree: ast.Module) -> Iterator[str]:
    """Names of other packages' modules that begin with an underscore."""
    foreign = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
            told = [*node.module.split("."), *(alias.name for alias in node.names)]
            if not node.module.startswith("multiconv"):
                yield from (f"{node.module}: {name}" for name in told if name.startswith("_"))
                foreign |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            foreign |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    for node in ast.walk(tree):
        private = isinstance(node, ast.Attribute) and re.match(r"_(?!_)", node.attr)
        name = ast.unparse(node) if private else ""
        if name.split(".")[0] in foreign and name != "os._exit":  # which Python documents
            yield name


def test_no_private_name_of_a_library_is_touched() -> None:
    assert {
        name: found for name, tree in modules().items() if (found := [*private_names(tree)])
    } == {}


def test_what_a_function_needs_is_its_argument() -> None:
    for name, tree in modules().items():
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Global), f"{name}: global"
            assert not (isinstance(node, ast.Name) and node.id == "ContextVar"), name


CLOCKS = re.compile(
    r"\b(process_time|perf_counter|monotonic|thread_time)\b|\btime\.(time|sleep)\b"
    r"|\bimport time\b|wait_for_timeout|Event\(\)\.wait\(|performance\.now|Date\.now"
)


def test_no_test_reads_a_clock_or_sleeps() -> None:
    """Work is counted and states are waited for; time is in the benchmarks."""
    for name, text in texts():
        if re.match(r"tests/(?!benchmarks/).*\.py$", name):
            told = [line.strip() for line in text.splitlines() if CLOCKS.search(line)]
            assert not told or name in READS_A_CLOCK, (name, told)


MAP = re.compile(r"^\| `(\w+)/` \|[^|]*\|([^|]*)\|$", re.MULTILINE)


def test_the_map_names_every_module_and_no_other() -> None:
    text = (ROOT / "multiconv" / "README.md").read_text(encoding="utf-8")
    rooms = dict(MAP.findall(text.partition("## The rooms")[2].partition("\n## ")[0]))
    there = defaultdict(set)
    for name in modules():
        parts = name.split(".")
        if len(parts) == 3:
            there[parts[1]].add(parts[2])
    assert {room: set(re.findall(r"`(\w+)`", files)) for room, files in rooms.items()} == there


def test_every_file_that_the_map_names_is_there() -> None:
    text = (ROOT / "multiconv" / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:\w+/)+[\w.]+\.\w+|tests/[\w/]+)`", text):
        folders = (ROOT, ROOT / "multiconv", ROOT / "static" / "js")
        assert any((folder / name).exists() for folder in folders), name


# Put together here, so that this file does not hold what it looks for.
HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("deb", "debian"),
        ("cdn", "jsdelivr"),
        ("unpkg", "com"),
        ("googleapis", "com"),
    ]
]


@pytest.mark.parametrize("host", HOSTS)
def test_no_file_names_a_registry(host: str) -> None:
    assert [name for name, text in texts() if host in text] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    folder = re.compile(r"""(?:^|[\s"'(=:])/(?:work|root|tmp|home|Users)/""", re.MULTILINE)
    assert [name for name, text in texts() if folder.search(text)] == []


def test_top_level_holds_only_what_belongs_there() -> None:
    known = {
        *("app.py", "pyproject.toml", "multiconv", "templates", "static", "tests", "README.md"),
        *("LICENSE", "CHANGELOG.md", "package.json", "package-lock.json", "tsconfig.json"),
    }
    top = {path.relative_to(ROOT).parts[0] for path in committed()}
    assert {name for name in top if not name.startswith(".")} <= known


def test_every_test_file_mirrors_a_module() -> None:
    rooms = {path.name for path in (ROOT / "multiconv").iterdir() if path.is_dir()}
    for path in committed():
        name = path.relative_to(ROOT)
        if name.parts[0] == "tests" and name.parts[1] in rooms and name.stem.startswith("test_"):
            room = ROOT.joinpath("multiconv", *name.parts[1:-1])
            words = name.stem.removeprefix("test_").split("_")
            # test_conv_jax.py stands beside test_conv.py: a second oracle of the same module.
            modules = [room / f"{'_'.join(words[:end])}.py" for end in range(1, len(words) + 1)]
            assert any(module.exists() for module in modules), f"{name} mirrors no module"


def test_ci_runs_the_commands_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert [block.count("\n") for block in blocks[:2]] == [1, 1]
    assert blocks[0].rstrip().endswith("python app.py")
    assert blocks[1].rstrip().endswith("tests/everything.py")
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "readme_command 1" in run
    assert "readme_command 2" in run


def test_every_file_of_tests_is_run_once_and_what_needs_pytorch_after_it_is_there() -> None:
    before, after = [*everything.NEED_PYTHON, *everything.FIRST], [*everything.LONG]
    after += everything.SHORT

    def files(parts: list[list[str]]) -> list[Path]:
        paths = [Path(path) for part in parts for path in part if path != "multiconv"]
        return [file for path in paths for file in ([path], path.glob("test_*.py"))[path.is_dir()]]

    assert sorted(files(before) + files(after)) == sorted((ROOT / "tests").rglob("test_*.py"))
    heavy = re.compile(r"\b(torch|jax)\b")
    assert [file for file in files(before) if heavy.search(file.read_text(encoding="utf-8"))] == []


def test_the_lines_of_the_readme_print_what_they_say() -> None:
    outcome = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert outcome.attempted == 5
    assert outcome.failed == 0


def test_pictures_in_the_readme_are_there_and_small() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", readme):
        assert (ROOT / name).stat().st_size < 300_000


# What is no part: sheets of every page or of what lies over it.
SHEETS = {"page", "tokens", "base", "screens", "stage", "panels", "article", "gallery"}
MARKUP_ALONE = {"bar", "bench", "help", "map", "name", "values"}


def test_a_part_of_the_figure_has_one_word() -> None:
    def words(folder: str, ending: str) -> set[str]:
        return {path.stem for path in (ROOT / folder).glob(f"*.{ending}")}

    parts, modules = words("templates/parts", "html"), words("multiconv/figure", "py")
    assert parts - modules <= MARKUP_ALONE
    assert words("static/css", "css") <= parts | SHEETS
    whole = (ROOT / "static" / "css" / "page.css").read_text(encoding="utf-8")
    sheets = re.findall(r'^@import "(\w+)\.css";$', whole, re.MULTILINE)
    assert sorted(sheets) == sorted(words("static/css", "css") - {"page"})
    assert words("static/js/figure", "js") <= parts
    tests = {name.removeprefix("test_") for name in words("tests/figure", "py")}
    assert parts & modules <= tests
    page = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    assert all(f'"parts/{part}.html"' in page for part in parts)


# A browser asks it of every element, and of no element alone that has the name.
NAMELESS = re.compile(
    r"(?:^|[\s>+~,{};]):(?:is|where)\((?:[^()]|\([^()]*\))*\)[^\s,{>+~]*\s*(?=[,{])"
)


def test_a_rule_of_style_ends_in_a_name() -> None:
    assert NAMELESS.search(".row :is(.plane, .partial) {")
    assert NAMELESS.search(".a, :is(.p1 b:not(.c), .n1):hover, .b {")
    assert not NAMELESS.search(":is(.row, .rest) .plane { } .row:has(:is(.a, .b).c) { }")
    for sheet in sorted((ROOT / "static" / "css").glob("*.css")):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not NAMELESS.findall(rules), sheet.name
