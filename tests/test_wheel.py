"""The wheel holds all that the page needs, and serves it from where it is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from multiconv import __version__

ROOT = Path(__file__).resolve().parents[1]
SERVES = """
import multiconv, pathlib, sys
from multiconv.web import create_app
assert pathlib.Path(multiconv.__file__).is_relative_to(sys.argv[1]), multiconv.__file__
client = create_app(store_folder=pathlib.Path(sys.argv[2])).test_client()
page = client.get("/")
assert page.status_code == 200, page.text
print(page.text)
for address in sys.stdin.read().split():
    assert client.get(address).status_code == 200, address
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, as an installation lays it out."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("multiconv-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_carries_templates_static_files_and_samples(installed: Path) -> None:
    for folder, packed in [
        ("templates", "multiconv/web/templates"),
        ("static", "multiconv/web/static"),
        ("multiconv/imaging/samples", "multiconv/imaging/samples"),
    ]:
        source = {path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*.*")}
        source = {path for path in source if "__pycache__" not in path.parts}
        there = {path.relative_to(installed / packed) for path in (installed / packed).rglob("*.*")}
        assert source
        assert there == source


def test_carries_its_licence_its_command_and_nothing_else(installed: Path) -> None:
    assert {path.name for path in installed.iterdir()} == {
        "multiconv",
        f"multiconv-{__version__}.dist-info",
    }
    about = installed / f"multiconv-{__version__}.dist-info"
    assert (about / "licenses" / "LICENSE").exists()
    assert (installed / "multiconv" / "py.typed").exists()
    assert "multiconv = multiconv.web.serve:main" in (about / "entry_points.txt").read_text()


def test_serves_the_page_and_its_files(installed: Path, tmp_path: Path) -> None:
    def served(addresses: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", SERVES, str(installed), str(tmp_path)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            input=addresses,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    page = served("")
    links = re.findall(r'(?:src|href)="(/(?:static|maps)/[^"]+)"', page)
    assert any(link.endswith(".css") for link in links)
    assert any(link.endswith(".js") for link in links)
    served("\n".join(link.replace("&amp;", "&") for link in links))
