import subprocess
import sys
import threading

from multiconv.engine import scratch
from multiconv.engine.scratch import one_blas_thread

HELD = """
import threading
from threadpoolctl import threadpool_limits
from multiconv.engine.scratch import counters, one_blas_thread
limits = threadpool_limits(3)  # More than a machine's one core.
counts = lambda: [count() for count, _ in counters()[0]]
before = counts()
assert set(before) == {3}
inside, leave = threading.Event(), threading.Event()
def stay():
    with one_blas_thread:
        inside.set()
        leave.wait(10)
other = threading.Thread(target=stay)
other.start()
inside.wait(10)
with one_blas_thread:
    pass
assert set(counts()) == {1}, "another caller is still inside"
second = threadpool_limits(2)
with one_blas_thread:
    assert set(counts()) == {1}, "somebody set another number in between"
leave.set()
other.join()
assert counts() == before, "the last one gives back"
third = threadpool_limits(1)
with one_blas_thread:
    pass
assert set(counts()) == {1}, "what it had this time, not the last"
"""

IN_TURN = """
import threading
from threadpoolctl import threadpool_limits
from multiconv.engine.scratch import counters, one_blas_thread
limits = threadpool_limits(3)  # Held by this thread, and more than a machine's one core.
counts = lambda: [count() for count, _ in counters()[0]]
before, seen, leave = counts(), [], threading.Event()
def visit():
    with one_blas_thread:
        seen.append(counts())
    seen.append(counts())
    leave.wait(10)  # A thread that lives on, as a server's do.
for _ in range(3):
    arrived = len(seen)
    threading.Thread(target=visit).start()
    while len(seen) < arrived + 2:
        pass
leave.set()
assert set(before) == {3}
assert seen == [[1] * len(before), before] * 3, (before, seen)
"""


def test_every_thread_in_turn_is_held_to_one():
    subprocess.run([sys.executable, "-c", IN_TURN], check=True, timeout=60)


def test_what_blas_had_comes_back_when_the_last_caller_leaves():
    """In a process of its own: other libraries bring BLASes whose counts are a thread's own."""
    subprocess.run([sys.executable, "-c", HELD], check=True)


def test_where_every_thread_has_a_number_each_gets_its_own_back(monkeypatch):
    """As with a BLAS built on OpenMP, which stands in for itself here."""
    numbers, seen, inside, leave = threading.local(), [], threading.Event(), threading.Event()

    def set_to(number):
        numbers.now = number

    monkeypatch.setattr(scratch, "counters", lambda: ([], [(lambda: numbers.now, set_to)]))

    def stay():
        numbers.now = 3
        with one_blas_thread:
            seen.append(numbers.now)
            inside.set()
            leave.wait(10)
        seen.append(numbers.now)

    numbers.now = 2
    other = threading.Thread(target=stay)
    other.start()
    inside.wait(10)
    with one_blas_thread:
        with one_blas_thread:
            assert numbers.now == 1
        assert numbers.now == 1
    assert numbers.now == 2
    leave.set()
    other.join()
    assert seen == [1, 3]
