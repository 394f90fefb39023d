import threading

import numpy as np

from multiconv.engine.scratch import scratch


def test_each_thread_has_its_own():
    mine, theirs = scratch("test", (4,), np.float32), []
    other = threading.Thread(target=lambda: theirs.append(scratch("test", (4,), np.float32)))
    other.start()
    other.join()
    assert not np.shares_memory(mine, theirs[0])
    assert np.shares_memory(mine, scratch("test", (2, 2), np.float32))
    assert scratch("test", (8, 3), np.float64).shape == (8, 3)
