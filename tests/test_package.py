"""The package: its public names come when they are asked for, and bring no more than they need."""

import subprocess
import sys

import pytest

import multiconv

LOADED = """
import sys
import multiconv
before = [name for name in sys.modules if name.startswith("multiconv")]
multiconv.conv2d, multiconv.trace_layer
after = [name for name in sys.modules if name.startswith("multiconv")]
foreign = {"PIL", "flask", "jinja2"} & sys.modules.keys()
print(len(before), len(after), all(name.count(".") < 1 or ".engine" in name or
      name == "multiconv.errors" for name in after), foreign)
"""


def test_the_arithmetic_loads_numpy_and_the_engine_alone():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    before, after, only_engine, *foreign = done.stdout.split()
    assert int(before) <= 20
    assert int(after) <= 20
    assert (only_engine, foreign) == ("True", ["set()"])


def test_the_package_runs_and_says_its_version():
    command = [sys.executable, "-m", "multiconv", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"multiconv {multiconv.__version__}\n"


@pytest.mark.parametrize("name", multiconv.__all__)
def test_every_public_name_is_there(name):
    assert name in dir(multiconv)
    assert callable(getattr(multiconv, name))


def test_another_name_is_not():
    with pytest.raises(AttributeError, match="no attribute 'convolve'"):
        multiconv.convolve  # noqa: B018


def test_explain_stays_the_function_when_its_module_is_imported():
    code = "import multiconv.explain, multiconv; assert multiconv.explain.__name__ == 'explain'"
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "from multiconv import explain; import multiconv.explain; explain.__call__"
    subprocess.run([sys.executable, "-c", code], check=True)
