"""The top bar: every sample is a link with the same filters and its own pixel."""

from multiconv.experiment.link import read
from multiconv.figure.bar import samples
from multiconv.figure.links import Links
from multiconv.imaging.samples import SAMPLES


def test_samples_keep_the_filters_and_bring_their_own_pixel():
    links = Links(read([("image", "sample:cat"), ("strides", "2x2"), ("i", "3"), ("j", "4")]), "b")
    found = list(samples(links))
    assert len(found) == len(SAMPLES)
    assert [one.title for one in found if one.chosen] == [SAMPLES["cat"].title]
    assert all("strides=2x2" in one.address and "i=3" not in one.address for one in found)
    assert {one.picture.partition("?")[0] for one in found} == {"/maps/input.png"}
