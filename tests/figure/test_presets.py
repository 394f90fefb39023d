"""Every kernel that the lists offer is one, and has words of its own."""

from multiconv.figure.presets import presets
from multiconv.filters.kernels import kernel


def test_every_offered_kernel_is_one():
    for name, title in presets():
        assert kernel(name, (5, 5)).shape == (5, 5)
        assert title
    assert len({title for _, title in presets()}) == len(presets())
