"""The Dockerfile's steps without Docker: each done by bubblewrap, in folders that stand for layers.

Packages are those that the tests have, so that no registry is asked; nothing is done as root.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from tests.web.ending import BWRAP
from tests.web.server import PATIENCE, ROOT

DOCKERFILE = ROOT / "multiconv" / "hosting" / "Dockerfile"
OURS = ("opt", "source", "tmp", "store")
"""Folders at the top that are the container's own; the last of them the Dockerfile makes."""
PIP = {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with what follows it."""
    lines = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    told = [line.partition(" ") for line in lines if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in told]


@dataclass
class Stage:
    """A stage of the build, and what its instructions have set."""

    root: Path
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True)
        for name in (*OURS[:-1], "dev", "proc"):
            (self.root / name).mkdir()
        for each in _machine():
            inside = self.root / str(each)[1:]
            if each.is_symlink():
                inside.symlink_to(each.readlink())
            else:
                inside.mkdir(parents=True, exist_ok=True)

    def command(self, how: str, *command: str, **environment: str) -> list[str]:
        """A command inside; `how` this stage's own folders are bound: read-only or not."""
        said = [str(BWRAP), how, str(self.root), "/"]
        for each in _machine():
            if not each.is_symlink():
                said += ["--ro-bind", str(each), str(each)]
        said += ["--dev", "/dev", "--proc", "/proc", "--chdir", self.folder, "--clearenv"]
        for name, value in environment.items():
            said += ["--setenv", name, value]
        return [*said, *command]

    def run(self, rest: str) -> None:
        """Do what a RUN says, and let what it installs find the packages that the tests have."""
        path = f"{sys.prefix}/bin:/usr/bin:/bin"
        command = self.command("--bind", "sh", "-c", rest, PATH=path, **PIP)
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, (rest, done.stdout, done.stderr)
        for packages in self.root.glob("opt/*/lib/python*/site-packages"):
            (packages / "tests.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def copy(self, rest: str, stages: dict[str, Stage]) -> None:
        """Do what a COPY says."""
        words = shlex.split(rest)
        options = dict(word[2:].split("=") for word in words if word.startswith("--"))
        *given, to = [word for word in words if not word.startswith("--")]
        top = stages[options["from"]].root if "from" in options else ROOT
        for name in given:
            source, goal = top / name.lstrip("/"), self.root / self.folder[1:] / to.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, goal, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy(source, goal)

    def started(self, *more: str, **environment: str) -> list[str]:
        """Its command as it is started: by its user, as process 1, with /store alone to write."""
        command = json.loads(self.said["CMD"])
        user, _, group = self.said["USER"].partition(":")
        said = self.command("--ro-bind", *command, *more, **self.environment, **environment)
        at = said.index("--clearenv")
        alone = ["--unshare-pid", "--as-pid-1", "--die-with-parent", "--unshare-user"]
        named = ["--uid", user, "--gid", group]
        writable = ["--bind", str(self.root / "store"), self.said["VOLUME"]]
        return [*said[:at], *writable, *alone, *named, *said[at:]]


def built(folder: Path) -> Stage:
    """Do all steps, and return the last stage."""
    stages: dict[str, Stage] = {}
    stage = Stage(folder / "none")
    for word, rest in instructions():
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "last"
            stage = stages[name] = Stage(folder / name)
        elif word == "RUN":
            stage.run(rest)
        elif word == "COPY":
            stage.copy(rest, stages)
        elif word == "WORKDIR":
            stage.folder = rest
        elif word == "ENV":
            stage.environment |= dict([rest.split("=", 1)])
        else:
            stage.said[word] = rest
    return stage


def _machine() -> list[Path]:
    """Folders of this machine that stand for an image's own, Python's among them."""
    kept = (*OURS, "dev", "proc", "sys")
    top = [each for each in sorted(Path("/").iterdir()) if each.is_dir() and each.name not in kept]
    others = [each for each in sorted(Path("/opt").iterdir()) if each.is_dir()]
    return [*top, *others, Path(sys.prefix), Path(sys.base_prefix)]
