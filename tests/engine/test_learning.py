import numpy as np
import pytest

from multiconv import conv2d, filter_gradient
from multiconv.engine.geometry import geometry
from multiconv.engine.learning import Descent, Spread, slope_of, spread_of


def a_picture(size=(23, 19)):
    """Smooth and of channels that are nearly alike, as pictures are: some directions are slow."""
    rng = np.random.default_rng(3)
    shared = rng.random((*size, 1)).cumsum(axis=1) / size[1]
    return shared + 0.2 * rng.random((*size, 3))


def a_descent(x, target, kernel, rate=None, start=None, **how):
    g = geometry(x.shape[:2], kernel, **how)
    found = spread_of(x, g)
    start = np.zeros((*kernel, x.shape[2])) if start is None else start
    rate = 0.9 * found.stable if rate is None else rate
    return Descent(found, start, slope_of(x, target, g, found), target.mean(), target.var(), rate)


HOWS = [
    {},
    {"padding": "VALID"},
    {"strides": (2, 3), "padding_mode": "reflect", "padding": 2},
    {"dilations": (2, 1), "padding_mode": "circular", "padding": ((1, 2), (0, 1))},
]


@pytest.mark.parametrize("how", HOWS, ids=["same", "valid", "strided", "dilated"])
@pytest.mark.parametrize("kernel", [(3, 3), (5, 5), (7, 7), (1, 4)])
def test_a_hundred_plain_steps_lead_to_the_same(kernel, how):
    rng, x = np.random.default_rng(1), a_picture()
    made = rng.standard_normal((*kernel, 3, 1))
    target = conv2d(x, made, **how)[..., 0]
    start = rng.standard_normal((*kernel, 3))
    descent = a_descent(x, target, kernel, start=start, **how)
    weights = start[..., np.newaxis]
    for step in range(101):
        error = conv2d(x, weights, **how)[..., 0] - target
        bias = -error.mean()
        error += bias
        gradient = filter_gradient(x, 2 / error.size * error[..., np.newaxis], kernel, **how)
        assert descent.losses(step) == pytest.approx((error**2).mean(), rel=1e-8, abs=1e-13)
        if step in {0, 1, 29, 100}:
            assert np.abs(descent.kernel(step) - weights[..., 0]).max() <= 1e-10
            assert np.abs(descent.gradient(step) - gradient[..., 0]).max() <= 1e-10
            assert descent.bias(step) == pytest.approx(bias, abs=1e-10)
        weights = weights - descent.rate * gradient


def test_the_formula_as_loops():
    x, target = a_picture((9, 8)), np.random.default_rng(2).random((7, 6))
    descent = a_descent(x, target, (3, 3), padding="VALID")
    error = -target + target.mean()
    for di, dj, q in np.ndindex(3, 3, 3):
        total = sum(error[i, j] * x[i + di, j + dj, q] for i, j in np.ndindex(7, 6))
        assert descent.gradient(0)[di, dj, q] == pytest.approx(2 / error.size * total)


def test_pytorch_takes_the_same_first_step():
    torch = pytest.importorskip("torch", reason="PyTorch (the extra `oracles`) is not installed")
    rng, x = np.random.default_rng(5), a_picture()
    target, start = rng.random((23, 19)), rng.standard_normal((5, 5, 3))
    descent = a_descent(x, target, (5, 5), start=start)
    weight = torch.tensor(start.transpose(2, 0, 1)[np.newaxis].copy(), requires_grad=True)
    bias = torch.tensor([descent.bias(0)], requires_grad=True)
    planes = torch.from_numpy(x.transpose(2, 0, 1)[np.newaxis].copy())
    output = torch.nn.functional.conv2d(planes, weight, bias, padding=2)
    loss = ((output[0, 0] - torch.from_numpy(target)) ** 2).mean()
    loss.backward()
    torch.optim.SGD([weight], lr=descent.rate).step()
    found = weight.detach().numpy()[0].transpose(1, 2, 0)
    assert descent.losses(0) == pytest.approx(loss.item(), rel=1e-12)
    assert abs(bias.grad.item()) < 1e-12  # of this bias there is nothing to be learned
    assert np.abs(descent.kernel(1) - found).max() <= 1e-12


def test_what_the_kernel_cannot_make_is_left():
    x, rng = a_picture(), np.random.default_rng(7)
    target = conv2d(x, rng.standard_normal((5, 5, 3, 1)))[..., 0]
    descent = a_descent(x, target, (3, 3))
    g = geometry(x.shape[:2], (3, 3))
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    rows = [padded[i : i + 3, j : j + 3].ravel() for i, j in np.ndindex(*g.output_size)]
    unknowns = np.column_stack([np.array(rows), np.ones(len(rows))])
    (rest,) = np.linalg.lstsq(unknowns, target.ravel(), rcond=None)[1]
    assert descent.floor == pytest.approx(rest / target.size)
    assert descent.losses(10**8) == pytest.approx(descent.floor)
    assert descent.steps_to(descent.floor / descent.losses(0) / 2) is None


def test_steps_to_a_share_are_the_first_that_reach_it():
    x = a_picture()
    target = conv2d(x, np.random.default_rng(8).standard_normal((3, 3, 3, 1)))[..., 0]
    descent = a_descent(x, target, (3, 3))
    losses = descent.losses(np.arange(2000))
    for share in (0.5, 0.1, 0.01):
        assert descent.steps_to(share) == int((losses <= share * losses[0]).argmax())


def test_beyond_stability_it_grows_and_stays_a_number():
    x = a_picture()
    target = conv2d(x, np.ones((3, 3, 3, 1)))[..., 0]
    stable = a_descent(x, target, (3, 3)).spread.stable
    for rate in (1.02 * stable, 30 * stable, 1e200):
        descent = a_descent(x, target, (3, 3), rate=rate)
        last = descent.last(1e6, 400)
        assert not descent.is_stable
        assert descent.steps_to(0.01) is None
        assert np.abs(descent.kernel(last)).max() <= 1e6
        assert last == 400 or not np.abs(descent.kernel(last + 1)).max() <= 1e6
        assert not np.isnan(descent.losses(np.arange(401))).any()
    assert a_descent(x, target, (3, 3)).last(1e6, 400) == 400
    slowly = a_descent(x, target, (3, 3), rate=0.999 * stable)
    assert slowly.losses(400) < slowly.losses(300) < slowly.losses(0)
    slower = a_descent(x, target, (3, 3), rate=1.02 * stable)
    assert slower.losses(400) > slower.losses(300)


def test_of_one_colour_there_is_nothing_to_learn():
    x = np.full((6, 6, 3), 0.5)
    descent = a_descent(x, np.zeros((4, 4)), (3, 3), rate=0.5, padding="VALID")
    assert isinstance(descent.spread, Spread)
    assert (descent.spread.stable, descent.spread.condition) == (np.inf, 1)
    assert (descent.kernel(400) == 0).all()
