import numpy as np
import pytest

from multiconv import bank, conv2d
from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.learning import ended
from multiconv.experiment.link import read
from multiconv.experiment.model import Limits
from multiconv.figure.planes import map_plane
from multiconv.imaging.resize import resized
from multiconv.imaging.samples import SAMPLES
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing import learning as learning_module
from multiconv.tracing.trace import Tracer

EDGES = {"filters": "zero", "outputs": "2", "size": "160", "target": "luminance-edges:0"}


@pytest.fixture
def tracer(tmp_path):
    return Tracer(Store(FolderBlobs(tmp_path), Limits().store_bytes))


def traced(tracer, **change):
    return tracer.trace(read({**EDGES, **change}.items()))


def test_edges_of_luminance_are_learned_in_thirty_steps_and_of_colour_are_not(tracer):
    edges = traced(tracer).learning.descent
    assert edges.rate == pytest.approx(0.9 * edges.spread.stable)
    assert edges.rate == pytest.approx(0.452, abs=0.001)
    assert edges.steps_to(0.01) == 30
    assert edges.spread.condition == pytest.approx(7.4e4, rel=0.01)
    colour = traced(tracer, target="red-green-edges:0").learning.descent
    assert 1000 < colour.steps_to(0.01) < 3000


def test_what_is_shown_is_the_layer_after_so_many_plain_steps(tracer):
    x = resized(SAMPLES["portrait"].pixels(), 160) / 255
    target = conv2d(x, bank("luminance-edges")[..., :1])[..., 0]
    rate, weights, bias = 0.4, np.zeros((3, 3, 3)), 0.0
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    for _ in range(5):
        output = np.einsum("ijqab,abq->ij", windows, weights)
        bias = (target - output).mean()
        error = output + bias - target
        weights -= rate * 2 * np.einsum("ijqab,ij->abq", windows, error) / error.size
    output = np.einsum("ijqab,abq->ij", windows, weights)
    bias = (target - output).mean()
    trace = traced(tracer, rate="0.4", steps="5")
    assert np.abs(trace.experiment.layer.all_kernels()[..., 0] - weights).max() < 1e-6
    assert trace.experiment.layer.bias[0] == pytest.approx(bias, abs=1e-6)
    assert np.abs(trace.layer.output - output - bias).max() < 1e-5
    error = map_plane("error", trace, tracer)
    assert np.abs(error.plane - (output + bias - target)).max() < 1e-5
    assert np.abs(map_plane("target", trace, tracer).plane - target).max() < 1e-5
    assert error.range == trace.range == map_plane("target", trace, tracer).range
    for q, di, dj in ((0, 0, 0), (1, 2, 1), (2, 1, 2)):
        products = map_plane(f"product-{q}-{di}-{dj}", trace, tracer).plane
        wanted = 2 * (output + bias - target) * windows[:, :, q, di, dj]
        assert np.abs(products - wanted).max() < 1e-4
        gradient = trace.learning.descent.gradient(5)[di, dj, q]
        assert products.mean() == pytest.approx(gradient, abs=1e-6)


def test_every_way_to_a_number_has_the_learned_kernels(tracer):
    asked = read({**EDGES, "steps": "29"}.items())
    trace = tracer.trace(asked)
    assert trace.asked == asked
    assert trace.experiment.focus.target is None
    assert np.array_equal(tracer.output(asked, 0), trace.layer.output)
    assert np.abs(tracer.outputs_of(asked, 1)[..., 0] - trace.layer.output).max() < 1e-5
    assert tracer.learned(asked) == trace.experiment
    assert tracer.learned(trace.experiment) is trace.experiment
    start = tracer.trace(ended(asked))
    assert start.learning is None
    assert not start.layer.output.any()


def test_outputs_that_start_alike_stay_alike(tracer):
    kernels = traced(tracer, steps="200").learning.kernels
    assert np.array_equal(kernels[..., 0], kernels[..., 1])
    apart = traced(tracer, steps="200", filters="redness").learning.kernels
    assert np.abs(apart[..., 0] - apart[..., 1]).max() > 0.1


def test_a_step_costs_no_new_spread(tracer, monkeypatch):
    counts = []
    real = learning_module.spread_of
    monkeypatch.setattr(
        learning_module, "spread_of", lambda *given: counts.append(given) or real(*given)
    )
    for change in ({}, {"steps": "3"}, {"rate": "0.1"}, {"target": "redness:1"}, {"k": "1"}):
        traced(tracer, **change)
    assert len(counts) == 1
    traced(tracer, kernel="5x5")
    assert len(counts) == 2


def test_beyond_stability_what_is_shown_is_the_last_that_can_be(tracer):
    trace = traced(tracer, rate="5", steps="400")
    learning = trace.learning
    assert 0 < learning.step < 400
    assert np.isfinite(trace.layer.output).all()
    assert np.abs(learning.kernels).max() <= 1e6
    assert traced(tracer, rate="0.51", steps="400").learning.step == 400


@pytest.mark.parametrize(
    ("change", "error", "field", "words"),
    [
        ({"padding": "valid", "kernel": "5x5"}, InvalidValue, "target", "padding=same"),
        ({"padding": "1", "kernel": "7x7"}, InvalidValue, "target", "160"),
        ({"size": "1000", "kernel": "7x7"}, TooLarge, "size", "size=160"),
    ],
)
def test_what_does_not_fit_is_told(tracer, change, error, field, words):
    with pytest.raises(error) as refused:
        traced(tracer, **change)
    assert refused.value.field == field
    assert words in f"{refused.value.problem} {refused.value.remedy}"
