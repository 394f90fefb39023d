"""Run every check: ``python tests/everything.py``, or with arguments for pytest, those alone.

It finds a browser first, and installs one where that can be done without asking.  What cannot
run here is told in a line; in CI (``CI=true``) it is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IN_CI = bool(os.environ.get("CI"))
TESTS = ROOT / "tests"
# What is run by a process of its own: tests in the browser by every sixth file, those of the web
# room by every third, others by folder, small ones together.  More at a time than a small machine
# has processors, since each waits half its time, for a browser, an answer or the end of a server.
# First what needs Python alone, while the browser is installed; then what is not compared with
# PyTorch and JAX, while these are, in CI; the longest early and short ones last, so that none waits
# long for the end of a long one.
AT_ONCE = 4
COMPARED = [TESTS / "browser" / "test_formula_torch.py", TESTS / "web" / "test_api_torch.py"]


def _files(room: str) -> list[str]:
    return sorted(str(path) for path in (TESTS / room).glob("test_*.py") if path not in COMPARED)


def _folders(*names: str) -> list[str]:
    return [str(TESTS / name) for name in names]


SHOWN = [_files("browser")[first::6] for first in range(6)]
WEB = [_files("web")[first::3] for first in range(3)]
NEED_PYTHON = [_folders("imaging"), _folders("store", "drawing")]
FIRST = [SHOWN[4], _folders("hosted"), SHOWN[2], SHOWN[3]]
LONG = [
    *(WEB[0], SHOWN[1], WEB[1], SHOWN[0], _folders("engine"), WEB[2], _folders("experiment")),
    *(SHOWN[5], _folders("figure")),
    ["multiconv", *sorted(str(path) for path in TESTS.glob("test_*.py"))],
]
SHORT = [
    [*map(str, COMPARED), *_folders("tracing", "networks")],
    _folders("nets", "filters"),
    _folders("firefox", "js"),
]
# libatomic1 is for the node that Playwright brings; librsvg2-bin draws what Chromium's drawings are
# compared with.
# The app is asked through nginx, with a certificate that openssl makes, and started by bubblewrap
# as a container would.
DEBIAN_PACKAGES = (
    *("fonts-dejavu-core", "fonts-liberation", "libatomic1", "librsvg2-bin"),
    *("nginx-light", "openssl", "bubblewrap"),
)
READ = """
const { readFileSync } = require("node:fs"), { SourceTextModule } = require("node:vm");
for (const file of process.argv.slice(1))
  new SourceTextModule(readFileSync(file, "utf8"), { identifier: file });
"""
IN_CI_TOO = ("rsvg-convert", "nginx", "openssl", "bwrap")


def main(arguments: Sequence[str]) -> int:
    """Install the browser, then run types, node's tests and pytest; 0 if all hold."""
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    if not arguments:
        return run_parts()
    missing = tell([*install_browser(), *check_javascript(), *install_firefox()])
    return run_pytest(arguments) or (1 if IN_CI and missing else 0)


def tell(missing: list[str]) -> list[str]:
    """Say what cannot run, and return it."""
    for line in missing:
        print(line, flush=True)
    return missing


def run_pytest(arguments: Sequence[str]) -> int:
    """Run pytest with `arguments`; 0 if all tests hold."""
    return subprocess.call([sys.executable, "-m", "pytest", *arguments])


def run_parts() -> int:
    """Run all parts, and print what each says as it ends; 0 if all tests hold."""
    with ThreadPoolExecutor(1) as installing, ThreadPoolExecutor(AT_ONCE) as pool:
        oracles = installing.submit(install_oracles)
        begun = [pool.submit(run_aside, part) for part in NEED_PYTHON]
        missing = tell([*install_browser(), *check_javascript()])
        begun += [pool.submit(run_aside, part) for part in FIRST]
        missing += tell(install_firefox())
        missing += oracles.result()
        begun += [pool.submit(run_aside, part) for part in [*LONG, *SHORT]]
        failed = 1 if IN_CI and missing else 0
        for ended in as_completed(begun):
            code, words = ended.result()
            sys.stdout.buffer.write(words)
            sys.stdout.flush()
            failed = failed or code
    return failed


def run_aside(arguments: Sequence[str]) -> tuple[int, bytes]:
    """Run pytest with `arguments`; return its code and what it says."""
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, cwd=ROOT
    )
    return done.returncode, done.stdout


def install_oracles() -> list[str]:
    """In CI, see that PyTorch and JAX are there; say and return that they are not."""
    if not IN_CI:
        return []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    heavy = project["optional-dependencies"]["oracles"]
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", *heavy]
    if _succeeds(pip) and _succeeds([sys.executable, "-c", "import torch, jax"]):
        return []
    return tell(["NOT RUN, comparisons with PyTorch and JAX: they could not be installed."])


def install_browser() -> list[str]:
    """See that a Chromium is there, in CI librsvg and nginx too; what to do if none can be had.

    Elsewhere what needs those says in a line that it was skipped for want of them.
    """
    from tests.browser.harness import SHELL, chromium_on_path

    # Playwright's own comes last: it takes no system library along.
    own = [sys.executable, "-m", "playwright", "install", "chromium"]
    rest = all(map(shutil.which, IN_CI_TOO)) or not IN_CI
    if chromium_on_path() and rest:
        return []
    # The second is for a Debian that has no Chromium without windows.
    if _installed_by_apt(SHELL, "chromium") or chromium_on_path() or _succeeds(own):
        return []
    return ["NOT RUN, tests in the browser: install Chromium (Debian: sudo apt install chromium)."]


def install_firefox() -> list[str]:
    """See that Debian's Firefox is there for its walk; what to do if it cannot be had."""
    if shutil.which("firefox-esr") or shutil.which("firefox") or _installed_by_apt("firefox-esr"):
        return []
    return ["NOT RUN, the walk in Firefox: install it (Debian: sudo apt install firefox-esr)."]


def check_javascript() -> list[str]:
    """Run tsc, node's parser and node's tests; what did not run for want of node."""
    told = []
    sources = sorted((ROOT / "static" / "js").rglob("*.js"))
    if sources and shutil.which("npm"):
        # Quiet, and once: npm ci would fetch all again at every run.
        compiler = ROOT / "node_modules" / ".bin" / "tsc"
        leader = ROOT / "node_modules" / "puppeteer-core"  # of Firefox
        there = compiler.exists() and leader.exists()
        if not there and not _succeeds(["npm", "ci", "--silent"]):
            told.append("NOT RUN, types of the JavaScript: npm ci did not succeed.")
        elif not _succeeds([str(compiler), "--project", "."]):
            sys.exit("tsc finds faults in the JavaScript (above).")
        else:
            print(f"tsc: no faults in {len(sources)} modules", flush=True)
    elif sources:
        told.append("NOT RUN, types of the JavaScript: install node and npm to check them.")
    tests = sorted(str(path) for path in (ROOT / "tests" / "js").rglob("*.test.js"))
    if tests and not _succeeds([_node(), "--version"], quiet=True):
        told.append("NOT RUN, tests of the JavaScript: install node to run them.")
    else:
        # tsc passes what no browser loads: a function that is declared twice.
        reading = [_node(), "--experimental-vm-modules", "--no-warnings", "-e", READ]
        if not _succeeds([*reading, *map(str, sources)]):
            sys.exit("node cannot read a script (above).")
        if tests and not _succeeds([_node(), "--test", *tests]):
            sys.exit("node's tests fail (above).")
    return told


def _node() -> str:
    """Return node: the system's, else the one that Playwright brings."""
    from playwright._impl._driver import compute_driver_executable

    return shutil.which("node") or str(compute_driver_executable()[0])


def _installed_by_apt(*choices: str) -> bool:
    """Install the first of these that there is, and what else the tests need of Debian."""
    if not shutil.which("apt-get"):
        return False
    become: list[str] = []
    if os.geteuid() != 0:
        if not (shutil.which("sudo") and _succeeds(["sudo", "-n", "true"], quiet=True)):
            return False
        become = ["sudo", "-n"]
    print(f"Installing {choices[0]} from Debian's packages …", flush=True)
    get = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    install = [*get, "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]
    return _succeeds([*get, "update"]) and any(
        _succeeds([*install, browser], quiet=True) for browser in choices
    )


def _succeeds(command: Sequence[str], *, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
