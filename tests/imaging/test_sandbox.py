"""Decoding in a process of its own, against files that mean harm."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

from multiconv.errors import Busy, MultiConvError, TooLarge, UnsupportedPicture
from multiconv.experiment.model import LIMITS
from multiconv.imaging import sandbox as isolated
from multiconv.imaging.decode import decoded
from multiconv.imaging.sandbox import IsolatedDecoder
from tests.imaging import handmade
from tests.imaging.hostile import ALL, BOMBS, SAMPLE, bases, hostile

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def decoder():
    decoder = IsolatedDecoder(LIMITS)
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


def processor_seconds(decoder):
    fields = Path(f"/proc/{decoder._process.child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_memory_of(decoder):
    with open(f"/proc/{decoder._process.child.pid}/status") as status:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


@pytest.mark.parametrize("name", ["PNG RGB", "JPEG turned 6", "TIFF F", "GIF frames", "PNG LA"])
def test_it_answers_as_decoding_here_does(decoder, name):
    here, there = decoded(bases()[name], LIMITS), decoder.decoded(bases()[name])
    assert (here.pixels == there.pixels).all()
    assert here.notes == there.notes
    assert there.pixels.flags.writeable


def test_its_errors_are_the_same_too(decoder):
    for body in (b"", b"hello", bases()["JPEG RGB"][:200], handmade.png_claiming(99999, 1)):
        with pytest.raises(MultiConvError) as here:
            decoded(body, LIMITS)
        with pytest.raises(MultiConvError) as there:
            decoder.decoded(body)
        assert type(there.value) is type(here.value)
        assert vars(there.value) == vars(here.value)


@LINUX
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_take_less_than_two_seconds_and_bounded_memory(decoder, name):
    body = BOMBS[name]()
    assert len(body) <= LIMITS.upload_bytes
    decoder.decoded(bases()["PNG RGB"])  # so that the process is there
    child, before, start = decoder._process.child, processor_seconds(decoder), time.perf_counter()
    result = outcome(decoder, body)
    waited = time.perf_counter() - start
    assert decoder._process.child is child  # it was not ended for taking too much
    seconds = processor_seconds(decoder) - before
    print(f"{name}: {len(body) / 1e6:.2f} MB, {seconds:.2f} s of {waited:.2f}, {result!s:.100}")
    assert is_told_well(result)
    assert seconds < 1.5  # of the processor: another half second is left for keeping what is shown
    assert waited < 5  # on a machine that runs other tests as well
    assert most_memory_of(decoder) < 700 * 2**20


def test_hostile_files_are_refused_or_shown_and_never_break_it(decoder):
    """Every kind of harm; all 3,200 with MULTICONV_HOSTILE=all."""
    shown, slowest, pids = 0, 0.0, set()
    for i in ALL if os.environ.get("MULTICONV_HOSTILE") == "all" else SAMPLE:
        name, body = hostile(i)
        start = time.perf_counter()
        result = outcome(decoder, body)
        seconds = time.perf_counter() - start
        slowest = max(slowest, seconds)
        assert seconds < 3, name
        assert is_told_well(result), name
        assert "whole" not in name or not isinstance(result, MultiConvError), name
        shown += not isinstance(result, MultiConvError)
        pids.add(decoder._process.child.pid)
    print(f"{shown} shown, slowest {slowest:.3f} s, {most_memory_of(decoder) / 2**20:.0f} MiB")
    assert len(pids) == 1
    assert shown > 50


def test_hostile_files_are_the_same_every_time():
    assert [hostile(i) for i in (1, 2, 5, 100)] == [hostile(i) for i in (1, 2, 5, 100)]
    assert len(ALL) >= 3000
    assert len(SAMPLE) >= 500


def test_many_at_once_each_get_their_own():
    bodies = [body for name, body in bases().items() if name.startswith(("TIFF", "JPEG"))]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda body: isolated.decoded(body, LIMITS), bodies))
    for body, picture in zip(bodies, pictures, strict=True):
        assert (picture.pixels == decoded(body, LIMITS).pixels).all()


def test_what_takes_too_long_is_told_and_the_next_is_served():
    decoder = IsolatedDecoder(LIMITS, seconds=0.05)
    try:
        slow = BOMBS["PNG of 24 MP, 16-bit RGBA"]()
        for _ in range(2):
            with pytest.raises(TooLarge, match="too long") as caught:
                decoder.decoded(slow)
            assert caught.value.limit == "0.05 s"
            assert decoder.decoded(bases()["BMP L"]).pixels.shape == (33, 47, 3)
    finally:
        decoder.close()


@LINUX
def test_time_is_the_processors_so_that_a_busy_machine_refuses_nothing():
    decoder = IsolatedDecoder(LIMITS, seconds=1.0)
    try:
        decoder.decoded(bases()["BMP L"])
        child = decoder._process.child
        child.send_signal(signal.SIGSTOP)  # as if others had the processor
        later = Timer(1.5, child.send_signal, [signal.SIGCONT])
        later.start()
        start = time.perf_counter()
        assert decoder.decoded(bases()["PNG RGB"]).pixels.shape == (33, 47, 3)
        assert time.perf_counter() - start > 1
        assert decoder._process.child is child
        later.join()
    finally:
        decoder.close()


@LINUX
def test_whoever_waits_is_told_in_the_end_though_no_processor_time_goes_by():
    decoder = IsolatedDecoder(LIMITS, seconds=0.2)
    try:
        decoder.decoded(bases()["BMP L"])
        decoder._process.child.send_signal(signal.SIGSTOP)
        with pytest.raises(TooLarge, match="too long"):
            decoder.decoded(bases()["BMP L"])
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
