"""What starts the workers elsewhere: container, compose, systemd, as far as can be seen here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from multiconv.web.settings import Settings, variable
from tests.web.container import DOCKERFILE, instructions
from tests.web.server import PATIENCE, ROOT

HOSTING = ROOT / "multiconv" / "hosting"
UNIT, COMPOSE = HOSTING / "multiconv.service", HOSTING / "compose.yaml"
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.parametrize("path", [DOCKERFILE, COMPOSE, UNIT], ids=lambda path: path.name)
def test_each_begins_with_the_command_that_starts_it_as_the_readme_has_it(path: Path) -> None:
    command = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    assert f"`{command}`" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert path.name in command or path.parent.name in command


def test_the_container_is_nobodys_and_ends_by_the_signal_that_drains() -> None:
    said = dict(instructions())
    assert int(said["USER"].partition(":")[0]) > 0
    assert said["STOPSIGNAL"] == "SIGTERM"
    assert said["VOLUME"] == "/store"
    assert "/healthz" in said["HEALTHCHECK"]
    for word, rest in instructions():
        if word == "COPY" and "--from" not in rest:
            assert all((ROOT / name).exists() for name in rest.split()[:-1]), rest


def test_compose_joins_what_is_there() -> None:
    yaml = pytest.importorskip("yaml")
    text = COMPOSE.read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    services = told["services"]
    assert {"multiconv", "nginx", "valkey"} == set(services)
    assert (COMPOSE.parent / services["multiconv"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / services["multiconv"]["build"]["dockerfile"]) == DOCKERFILE
    settings = services["multiconv"]["environment"]
    assert len(settings) == text.count("      MULTICONV_")  # one named twice compose refuses
    assert settings.keys() <= {variable(each.name) for each in fields(Settings)}
    assert settings["MULTICONV_LIMITS_STORE"].partition("://")[2].partition(":")[0] in services
    assert all(service["read_only"] for service in services.values())
    assert (COMPOSE.parent / told["configs"]["block"]["file"]).exists()
    swapped = re.search(
        r"sed s/([\d.:]+)/([\w.:]+)/ (\S+) > (\S+)", services["nginx"]["command"][-1]
    )
    assert swapped is not None
    here, there, block, to = swapped.groups()
    assert here in (HOSTING / "nginx.conf").read_text(encoding="utf-8")
    assert there.partition(":")[0] in services
    assert block in {each["target"] for each in services["nginx"]["configs"]}
    assert f"include {to};" in told["configs"]["site"]["content"]
    ports = services["nginx"]["ports"]
    assert all(port.startswith("127.0.0.1:") for port in ports)  # it has no TLS
    assert f"listen {ports[0].rpartition(':')[2]};" in told["configs"]["site"]["content"]


def test_the_unit_drains_and_systemd_where_it_is_finds_it_well_shut(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    for line in ("KillMode=mixed", "TimeoutStopSec=30", "Restart=always", "DynamicUser=yes"):
        assert line in text.splitlines()
    if ANALYZE is None:
        return
    unit.write_text(text.replace("/opt/multiconv/bin/multiconv", sys.executable))
    verify = [str(ANALYZE), "verify", str(unit)]
    done = subprocess.run(verify, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    shut = [str(ANALYZE), "security", "--offline=yes", "--threshold=20", str(unit)]
    done = subprocess.run(shut, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout[-2000:]
