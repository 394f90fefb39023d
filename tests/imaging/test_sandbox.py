"""Decoding in a process of its own, against files that mean harm."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Timer

import numpy as np
import pytest

from multiconv.errors import Busy, MultiConvError, TooLarge, UnsupportedPicture
from multiconv.experiment.model import LIMITS
from multiconv.imaging import sandbox
from multiconv.imaging.decode import decode
from multiconv.imaging.sandbox import IsolatedDecoder
from tests.imaging import handmade
from tests.imaging.hostile import ALL, BOMBS, SAMPLE, bases, hostile

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def decoder():
    decoder = IsolatedDecoder(LIMITS, seconds=60)  # whatever the machine's pace
    decoder.decoded(bases()["PNG RGB"])
    yield decoder
    decoder.close()


def outcome(decoder, body):
    """The picture, or the error that a person would read."""
    try:
        return decoder.decoded(body)
    except (UnsupportedPicture, TooLarge) as error:
        return error


def is_told_well(result):
    if isinstance(result, MultiConvError):
        sentences = result.problem.endswith(".") and result.remedy.endswith(".")
        return result.field == "image" and sentences and "broke down" not in result.problem
    return result.pixels.dtype == np.uint8 and result.pixels.shape[2:] == (3,)


def most_memory_of(decoder):
    with open(f"/proc/{decoder._process.child.pid}/status") as status:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


@pytest.mark.parametrize("name", ["PNG RGB", "JPEG turned 6", "TIFF F", "GIF frames", "PNG LA"])
def test_it_answers_as_decoding_here_does(decoder, name):
    here, there = decode(bases()[name], LIMITS), decoder.decoded(bases()[name])
    assert (here.pixels == there.pixels).all()
    assert here.notes == there.notes
    assert there.pixels.flags.writeable


def test_its_errors_are_the_same_too(decoder):
    for body in (b"", b"hello", bases()["JPEG RGB"][:200], handmade.png_claiming(99999, 1)):
        with pytest.raises(MultiConvError) as here:
            decode(body, LIMITS)
        with pytest.raises(MultiConvError) as there:
            decoder.decoded(body)
        assert type(there.value) is type(here.value)
        assert vars(there.value) == vars(here.value)


SHOWN = {
    "progressive JPEG of 16 MP in 62 passes",
    "progressive JPEG of 1 MP in 950 passes",
    "PNG of 24 MP, 16-bit RGBA",
    "PNG of 24 MP, 16-bit grey",
    "PNG of 50 MP, 8-bit RGBA",
    "PNG of 50 MP, 16-bit grey, linear",
    "PNG of 50 MP, 8-bit colour, linear",
    "PNG of 17 MP, 16-bit colour, one of them clear",
    "progressive JPEG of 50 MP in 20 passes",
    "progressive JPEG of 16 MP in 62 passes without its end",
    "JPEG followed by 10 MB of starts of scans",
    "PNG that unpacks to far more than it shows",
    "GIF of 400,000 frames",
    "GIF of 5,000,000 blocks",
    "TIFF of 80,000 pages",
    "TIFF with 1000 greedy tags",
    "PNG with a 200 MB ICC profile",
    "PNG with 200 MB of text",
    "PNG with 200 MB of international text",
}
"""Bombs that are pictures within the limits; all others are refused before they are decoded."""


@LINUX
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_take_bounded_memory(decoder, name):
    """How much time they take, `python -m tests.benchmarks.hostile` tells."""
    body = BOMBS[name]()
    assert len(body) <= LIMITS.upload_bytes
    child = decoder._process.child
    result = outcome(decoder, body)
    assert decoder._process.child is child  # it was not ended for taking too much
    assert is_told_well(result)
    assert (name in SHOWN) == (not isinstance(result, MultiConvError))
    assert most_memory_of(decoder) < 700 * 2**20


def test_hostile_files_are_refused_or_shown_and_never_break_it(decoder):
    """Every kind of harm; all 3,200 with MULTICONV_HOSTILE=all."""
    shown, pids = 0, set()
    for i in ALL if os.environ.get("MULTICONV_HOSTILE") == "all" else SAMPLE:
        name, body = hostile(i)
        result = outcome(decoder, body)
        assert is_told_well(result), name
        assert "whole" not in name or not isinstance(result, MultiConvError), name
        shown += not isinstance(result, MultiConvError)
        pids.add(decoder._process.child.pid)
    assert len(pids) == 1
    assert shown > 50


def test_hostile_files_are_the_same_every_time():
    assert [hostile(i) for i in (1, 2, 5, 100)] == [hostile(i) for i in (1, 2, 5, 100)]
    assert len(ALL) >= 3000
    assert len(SAMPLE) >= 500


def test_many_at_once_each_get_their_own():
    bodies = [body for name, body in bases().items() if name.startswith(("TIFF", "JPEG"))]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda body: sandbox.decoded(body, LIMITS), bodies))
    for body, picture in zip(bodies, pictures, strict=True):
        assert (picture.pixels == decode(body, LIMITS).pixels).all()


def test_what_takes_too_long_is_told_and_the_next_is_served():
    decoder = IsolatedDecoder(LIMITS)
    try:
        slow = BOMBS["PNG of 24 MP, 16-bit RGBA"]()
        for _ in range(2):
            decoder._seconds = 0.01
            decoder.close()
            with pytest.raises(TooLarge, match="too long") as caught:
                decoder.decoded(slow)
            assert caught.value.limit == "0.01 s"
            decoder._seconds = 60
            assert decoder.decoded(bases()["BMP L"]).pixels.shape == (33, 47, 3)
    finally:
        decoder.close()


@LINUX
def test_time_is_the_processors_so_that_a_busy_machine_refuses_nothing(monkeypatch):
    monkeypatch.setattr(sandbox, "_AT_MOST", 60)
    decoder = IsolatedDecoder(LIMITS, seconds=1.0)
    try:
        decoder.decoded(bases()["BMP L"])
        child = decoder._process.child
        child.send_signal(signal.SIGSTOP)  # as if others had the processor
        later = Timer(1.5, child.send_signal, [signal.SIGCONT])
        later.start()
        assert decoder.decoded(bases()["PNG RGB"]).pixels.shape == (33, 47, 3)
        assert decoder._process.child is child
        later.join()
    finally:
        decoder.close()


@LINUX
def test_whoever_waits_is_told_in_the_end_though_no_processor_time_goes_by():
    decoder = IsolatedDecoder(LIMITS, seconds=60)
    try:
        decoder.decoded(bases()["BMP L"])
        decoder._process.child.send_signal(signal.SIGSTOP)
        decoder._seconds = 0.2
        with pytest.raises(TooLarge, match="too long"):
            decoder.decoded(bases()["BMP L"])
        decoder._seconds = 60
        assert decoder.decoded(bases()["BMP L"]).pixels.shape == (33, 47, 3)
    finally:
        decoder.close()


@LINUX
def test_what_takes_too_much_memory_is_told():
    decoder = IsolatedDecoder(LIMITS, memory=220 * 2**20)
    try:
        with pytest.raises(TooLarge, match="too much memory") as caught:
            decoder.decoded(handmade.saved(np.zeros((4000, 6000, 3), np.uint8), "PNG"))
        assert caught.value.field == "image"
        assert decoder.decoded(bases()["BMP L"]).pixels.shape == (33, 47, 3)
    finally:
        decoder.close()


def test_a_decoder_that_died_is_replaced(decoder):
    before = decoder._process.child
    before.kill()
    before.wait()
    assert decoder.decoded(bases()["BMP L"]).pixels.shape == (33, 47, 3)
    assert decoder._process.child.pid != before.pid


def test_a_decoder_that_dies_over_a_file_is_told(decoder):
    decoder.decoded(bases()["BMP L"])
    decoder._process.child.kill()
    decoder._process.lives = lambda: True  # as if it had died just after being looked at
    with pytest.raises(UnsupportedPicture, match="broke down"):
        decoder.decoded(bases()["BMP L"])
    assert decoder.decoded(bases()["BMP L"]).pixels.shape == (33, 47, 3)


def test_who_waits_too_long_is_told_to_come_back():
    decoder = IsolatedDecoder(LIMITS, patience=0.01)
    with decoder._turn, pytest.raises(Busy, match="again in a few seconds"):
        decoder.decoded(bases()["BMP L"])


def test_it_uses_the_limits_it_was_given():
    decoder = IsolatedDecoder(replace(LIMITS, side=40))
    try:
        with pytest.raises(TooLarge, match="40 pixels a side"):
            decoder.decoded(bases()["PNG RGB"])
    finally:
        decoder.close()
