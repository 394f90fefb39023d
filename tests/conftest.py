"""Rules for every test: fixed random seeds in CI, and no test that silently did not run."""

from __future__ import annotations

import os
import re

import hypothesis
import pytest

IN_CI = bool(os.environ.get("CI"))
HEAVY = re.compile(r"\b(torch|jax|oracles)\b", re.IGNORECASE)

hypothesis.settings.register_profile("everyday", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if IN_CI else "everyday")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, in its own words."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure, unless PyTorch and JAX come in a run of their own."""
    if not IN_CI or exitstatus != pytest.ExitCode.OK:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [_reason(report) for report in reporter.stats.get("skipped", [])]
    allowed = os.environ.get("MULTICONV_ORACLES") != "required"
    if any(not (allowed and HEAVY.search(reason)) for reason in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
