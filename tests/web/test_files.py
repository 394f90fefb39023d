"""The files a page is made of: how long they hold, and that joined ones are what they were apart.

What a joined script does, and where its lines are from, is told by node's own modules and maps.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from multiconv.web import PARTS, build_of
from multiconv.web.files import joined_script, modules_of, source_map

MAIN = Path(__file__).resolve().parents[2] / "static" / "js" / "main.js"
NODE = shutil.which("node") or str(compute_driver_executable()[0])
MODULES = {
    "main.js": """// @ts-check
import { later, kind, Thing } from "./a/one.js";
import "./a/silent.js";
import { N, counted } from "./lib/two.js";
order.push("main");
const own = [kind(2), counted(), N, new Thing().name, hoisted()];
function hoisted() {
  return typeof later;
}
void later().then((last) => console.log(JSON.stringify([order, own, last, this === undefined])));
""",
    "a/one.js": """// @ts-check
import { N, counted } from "../lib/two.js";
order.push("one");
counted();
const own = 3;
export const kind = (n) => n * N * own;
export async function later() {
  return counted();
}
export class Thing {
  name = "thing";
}
""",
    "a/silent.js": """// @ts-check
import { counted } from "../lib/two.js";
order.push(counted());
""",
    "lib/two.js": """// @ts-check
globalThis.order = ["two"];
let count = 0;
const own = 1;
export const N = 7;
export function counted() {
  return (count += own);
}
""",
}
# Of every line of a joined script: the module that its map names, and the line there.
ORIGINS = """
import { SourceMap } from "node:module";
import { readFileSync } from "node:fs";
const { map, lines } = JSON.parse(readFileSync(0, "utf8"));
const found = new SourceMap(map);
const told = [...Array(lines).keys()].map((at) => found.findEntry(at, 0));
console.log(JSON.stringify(told.map((at) => [at.originalSource, at.originalLine])));
"""


def node(*arguments: str, said: str = "") -> str:
    command = [NODE, *arguments]
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_joined_script_does_what_its_modules_do(tmp_path):
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "joined.js").write_text(joined_script(tmp_path / "main.js"))
    apart = json.loads(node(str(tmp_path / "main.js")))
    assert apart == [["two", "one", 2, "main"], [42, 3, 7, "thing", "function"], 4, True]
    assert json.loads(node(str(tmp_path / "joined.js"))) == apart


@pytest.mark.parametrize(
    "line",
    [
        'import * as two from "./two.js";',
        'import { a as b } from "./two.js";',
        'export { a } from "./two.js";',
        "export default 1;",
        "export let a = 1;",
    ],
)
def test_what_cannot_be_joined_is_told_and_not_passed_on(tmp_path, line):
    (tmp_path / "two.js").write_text("export const a = 1;\n")
    (tmp_path / "main.js").write_text(f"{line}\n")
    with pytest.raises(ValueError, match="cannot be joined"):
        joined_script(tmp_path / "main.js")


def test_a_page_has_its_styles_in_one_answer_and_its_scripts_in_another(client, app):
    page = client.get("/").text
    folder = app.config["STATIC"]
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    text = client.get(sheet).text
    for path in folder.glob("css/*.css"):
        assert path.name == "page.css" or path.read_text(encoding="utf-8") in text
    assert "@import" not in text
    (script,) = re.findall(r'<script type="module" src="([^"]+)">', page)
    answer = client.get(script)
    assert answer.mimetype == "text/javascript"
    assert not re.search(r"^(import|export)\b", answer.text, re.MULTILINE)
    ours = {path.resolve() for path in folder.glob("js/**/*.js")}
    assert {each.path for each in modules_of(MAIN)} == ours - {MAIN.with_name("theme.js")}


def test_the_map_of_the_script_finds_every_line_in_its_module(client, app):
    at = f"/static/{app.config['BUILD']}/js/"
    lines = client.get(f"{at}main.js").text.splitlines()
    assert lines.pop() == "//# sourceMappingURL=main.js.map"
    told = client.get(f"{at}main.js.map")
    assert told.mimetype == "application/json"
    assert told.json == json.loads(source_map(MAIN))
    said = json.dumps({"map": told.json, "lines": len(lines)})
    found = json.loads(node("--input-type=module", "-e", ORIGINS, said=said))
    texts = {name: (MAIN.parent / name).read_text() for name in told.json["sources"]}
    assert told.json["sourcesContent"] == list(texts.values())
    apart = {name: text.splitlines() for name, text in texts.items()}
    seen = set()
    for line, (source, number) in zip(lines, found, strict=True):
        if line.startswith("return { "):  # a module's end, which is no line of it
            continue
        seen.add((source, number))
        own = apart[source][number].removeprefix("export ")
        changed = line.startswith(("const $", "const { ")) or own.startswith("import ")
        assert changed or line == own, (source, number)
    assert len(seen) == sum(map(len, apart.values()))
    assert len(apart) == len(modules_of(MAIN))


def test_static_files_hold_for_ever_under_the_build(client, app):
    build = app.config["BUILD"]
    for name in ("css/base.css", "css/page.css", "js/main.js", "js/state.js", "icon.svg"):
        with client.get(f"/static/{build}/{name}") as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        other = client.get(f"/static/another/{name}")
        assert other.status_code == 404
        assert other.headers["Cache-Control"] == "no-store"


def test_a_build_is_another_where_anything_that_makes_an_answer_is(tmp_path):
    first, second = tmp_path / "templates", tmp_path / "static"
    names = [
        "page.html",
        "dark.svg",
        "style.css",
        "a/main.js",
        "kernels.npz",
        "words.txt",
        "web.py",
    ]
    for folder in (first, second):
        (folder / "a").mkdir(parents=True)
        for name in names:
            (folder / name).write_bytes(b"12")

    def build(*made_by):
        return build_of((first, second), made_by or ("Python 3", "pillow 11"))

    seen = [build(), build("Python 3", "pillow 12"), build("Python 4", "pillow 11")]
    for name in names:
        (second / name).write_bytes(b"13")
        seen.append(build())
    (first / "page.html").rename(first / "other.html")
    seen.append(build())
    (first / "new.js").write_bytes(b"")
    seen.append(build())
    assert len(set(seen)) == len(seen)
    (second / "a" / "main.pyc").write_bytes(b"compiled")
    (second / "README.md").write_bytes(b"for people")
    assert build() == seen[-1]


def test_every_kind_of_file_that_is_shipped_makes_the_build_or_no_answer():
    root = MAIN.parents[2]
    silent = {".md", ".typed", ".conf", ".yaml", ".service", ".pyc", ""}  # for people and servers
    folders = [root / name for name in ("multiconv", "templates", "static")]
    found = {path.suffix for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert found <= PARTS | silent
    assert not PARTS & silent
