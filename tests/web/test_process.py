"""What a process that serves sets for itself: freed memory goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

HELD = """
import sys, threading
from pathlib import Path
from multiconv.web.process import return_large_blocks

if sys.argv[1] == "told" and not return_large_blocks():
    raise SystemExit("no glibc")

# All at once, for each to have an arena of its own, as a server's threads do.
begun, freed, looked = (threading.Barrier(9) for _ in range(3))

def work():
    begun.wait()
    for _ in range(3):
        blocks = [bytearray(12 * 2**20) for _ in range(3)]
        last = bytearray(2**16)
        for block in blocks:
            block[::4096] = b"1" * len(block[::4096])
        del blocks, block
    freed.wait()
    looked.wait()

for _ in range(8):
    threading.Thread(target=work).start()
begun.wait()
freed.wait()
pages = int(Path("/proc/self/statm").read_text().split()[1])
looked.wait()
print(pages * 4096 // 2**20)
"""


def megabytes_held(how):
    done = subprocess.run([sys.executable, "-c", HELD, how], capture_output=True, text=True)
    if "no glibc" in done.stderr:
        pytest.skip("another C library")
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_freed_blocks_do_not_pile_up():
    assert megabytes_held("told") + 100 < megabytes_held("left alone")
