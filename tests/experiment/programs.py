"""Experiments whose exported programs are run, and how one is run."""

from __future__ import annotations

import atexit
import functools
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

QUERIES = [
    "size=48",
    "size=48&strides=2x3&activation=relu&bias=0.5,0,-0.25,0,1",
    "size=40&image=sample:cat&kernel=4x3&dilations=2x1&padding=1,2,0,3&padding_mode=reflect"
    "&activation=gelu",
    "size=40&filters=dlib&strides=2&padding_mode=circular&activation=leaky",
    "size=33&outputs=6&groups=3&padding=valid&padding_mode=replicate&activation=sigmoid",
    "size=20&off=0,2&k=1&bias=0,0.5,0,0,0",
    "size=20&if=mean&off=1&k=2&w.0.2=sobel-x&bias=0,0,0.5,0,0&activation=relu",
    "size=20&if=shared&w.0.0=sobel-x&off=1",
    "size=20&if=flipped&w.2.0=sobel-x&outputs=6&groups=3",
    "size=20&if=apart&k=1&kernel=4x3&strides=2x1&off=0&bias=1,1,1,1,1&activation=tanh",
    "size=33&kernel=1x1&w.0.0=0.299&w.1.0=0.587&w.2.0=0.114&activation=tanh",
]

STACKS = [
    "network=faces&size=120&7.off=0,1",
    "size=40&outputs=6&groups=3&activation=relu&2.kind=max_pool&2.kernel=3x2&2.padding=same&2.off=1"
    "&3.outputs=4&3.kernel=3x2&3.padding=1&3.padding_mode=reflect&3.activation=gelu&4.kind=avg_pool"
    "&4.kernel=3x3&4.strides=2x1&4.padding=1&5.outputs=2&5.dilations=2&5.bias=0.5,-1"
    "&5.activation=tanh&layer=3",
    "size=30&outputs=4&activation=leaky&2.outputs=3&2.off=1&2.padding_mode=circular&3.outputs=2"
    "&3.padding=valid&3.strides=2x3&3.activation=sigmoid&layer=2&if=mean",
    "size=20&kind=avg_pool&kernel=2x3&padding=same",
    "network=emoji&z=mix(1F600,1F436,0.3)&4.off=0,3&layer=4",
    "size=20&kind=transposed&outputs=6&groups=3&strides=3x2&kernel=4x3&padding=1,0,2,3"
    "&output_padding=2x1&off=1&activation=leaky&2.outputs=2&2.kind=transposed&2.dilations=2x3"
    "&2.kernel=3x2&2.output_padding=1x2&2.padding=valid&2.activation=gelu&3.outputs=3"
    "&3.strides=2&3.activation=sigmoid&4.kind=transposed&4.strides=3&4.kernel=2x5",
]
"""Several layers, and a pooling, of which a program runs all."""

APART = (
    "size=30&outputs=6&activation=relu&bias=0.5,0,0,0,0,0&2.outputs=4&2.groups=2&2.off=4"
    "&2.bias=1,1,1,1&2.padding_mode=reflect&2.strides=2&2.k=3&3.outputs=2&if=apart&layer=2"
)
"""Several layers, of which one leaves what its inputs add apart: those up to it are run."""


IMPORTED = {"numpy": "numpy", "multiconv": "multiconv", "pytorch": "torch", "jax": "jax"}
ROOT = Path(__file__).resolve().parents[2]
# Runs each program whose folder it is told, as Python does, in a process of its own: it splits off
# where the library is imported, which takes longer than all that a program does.  So does taking
# the library down again, which a program that has come to its end leaves to the system.
RUNNER = """
import gc, importlib, os, runpy, signal, sys, warnings
sys.path.insert(0, "")
sys.argv = ["program.py"]
importlib.import_module(sys.stdin.readline().strip())
gc.freeze()
for folder in map(str.strip, sys.stdin):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX's of splitting off: it has computed nothing yet
        child = os.fork()
    if not child:
        signal.alarm(120)  # one that never ends is ended, and fails
        os.chdir(folder)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
        runpy.run_path("program.py", run_name="__main__")
        sys.stdout.flush()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@functools.cache
def _runner(module: str) -> subprocess.Popen[str]:
    """A process that runs programs which import a library."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        env=_environment(Path("/nonexistent")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    assert process.stdin is not None
    process.stdin.write(f"{module}\n")
    return process


def _run(library: str, folder: Path) -> tuple[int, str, str]:
    """Run ``program.py`` in its folder; its exit code, what it prints, and its errors."""
    if library not in IMPORTED:
        done = subprocess.run(
            [sys.executable, "program.py"],
            cwd=folder,
            env=_environment(folder),
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr
    runner = _runner(IMPORTED[library])
    assert runner.stdin is not None
    assert runner.stdout is not None
    runner.stdin.write(f"{folder}\n")
    runner.stdin.flush()
    code = int(runner.stdout.readline() or 1)
    return code, (folder / "out").read_text(), (folder / "err").read_text()


def _environment(home: Path) -> dict[str, str]:
    """All that a program finds around it."""
    return {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(home), "JAX_PLATFORMS": "cpu"}


def run_stack(library: str, query: str, client, folder: Path) -> float:
    """Run a stack's program; how far it is from the app's last maps, of their largest value."""
    output, asked = _output(library, query, client, folder)
    last = len(client.get("/api/experiment", query_string=asked).json["layers"])
    worst = largest = 0.0
    for k in range(output.shape[2]):
        answer = client.get(f"/maps/layer-{last}-{k}.npy", query_string=asked)
        (folder / "map.npy").write_bytes(answer.data)
        expected = np.load(folder / "map.npy")
        assert output[..., k].shape == expected.shape
        worst = max(worst, float(np.abs(output[..., k] - expected).max()))
        largest = max(largest, float(np.abs(expected).max()))
    return worst / max(1.0, largest)


def run(library: str, query: str, client, folder: Path) -> float:
    """Run an exported program beside the exported numbers; how far it is from the app's .npy."""
    output, asked = _output(library, query, client, folder)
    worst, kind = 0.0, "partial" if asked.get("if") == "apart" else "output"
    for k in range(output.shape[2]):
        answer = client.get(f"/maps/{kind}-{k}.npy", query_string=asked)
        (folder / "map.npy").write_bytes(answer.data)
        expected = np.load(folder / "map.npy")
        assert output[..., k].shape == expected.shape
        worst = max(worst, float(np.abs(output[..., k] - expected).max()))
    return worst


def _output(library: str, query: str, client, folder: Path):
    """What an exported program computes beside the exported numbers, and the query's parameters."""
    asked = dict(parse_qsl(query))
    numbers = client.get("/multiconv.npz", query_string=asked)
    program = client.get(f"/code/{library}.py", query_string=asked)
    assert (numbers.status_code, program.status_code) == (200, 200)
    (folder / "multiconv.npz").write_bytes(numbers.data)
    tail = '\nnp.save("output.npy", output)\n'
    (folder / "program.py").write_text(program.get_data(as_text=True) + tail, encoding="utf-8")
    code, said, faults = _run(library, folder)
    assert code == 0, faults[-2000:]
    assert said.startswith("largest difference from the page: ")
    return np.load(folder / "output.npy"), asked
