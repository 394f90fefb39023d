"""What PyTorch prints of a tensor comes back, as exact as it is printed."""

import numpy as np
import pytest

from multiconv.experiment.matrix import matrix

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e3])
@pytest.mark.parametrize("shape", [(3, 3), (1, 5), (7, 2), (15, 15)])
def test_prints_are_read(scale, shape):
    numbers = torch.tensor(np.random.default_rng(15).normal(0, scale, shape))
    for made in (
        numbers,
        numbers.float(),
        numbers.half(),
        torch.nn.Parameter(numbers),
        numbers * 1,
    ):
        found = np.array(matrix(repr(made)))
        kept = made.detach().double().numpy()
        assert found.shape == shape
        assert np.allclose(found, kept, rtol=1e-4, atol=5.1e-5 if scale >= 1 else 5e-10)
