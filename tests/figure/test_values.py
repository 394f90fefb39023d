"""Every map's values in words, and the address of its histogram."""

from multiconv.experiment.link import read
from multiconv.experiment.model import LIMITS
from multiconv.figure.links import Links
from multiconv.figure.stage import figure_of
from multiconv.figure.values import values_of
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer


def test_every_map_that_takes_part_has_its_line(tmp_path):
    asked = read([("size", "24"), ("off", "1"), ("ranges", "each"), ("inputs", "tinted")])
    trace = Tracer(Store(FolderBlobs(tmp_path, LIMITS.store_bytes))).trace(asked)
    links = Links(asked, "b")
    found = values_of(trace, figure_of(trace, links), links)
    assert [one.called for one in found] == [
        "Input channel 0, red",
        "Input channel 1, green",
        "Input channel 2, blue",
        "What red adds",
        "What blue adds",
        "Output channel 0",
    ]
    assert found[0].address == "/maps/input-0.svg?size=24&v=b"
    red = trace.layer.partials[0]
    assert found[3].words == f"{red.min():.2f} … {red.max():.2f}, mean {red.mean():.2f}"
    assert found[4].address.startswith("/maps/partial-2.svg?size=24&range=0.")
