"""What may be done to a picture on its way in: sentences for people, and the few kinds of them."""

from __future__ import annotations

from collections.abc import Iterable

from multiconv.experiment.model import LIMITS

FRAME = "Only its first frame is shown."
ENDING = "Its end marker is missing; all its pixels are there."
HALVED = (
    f"It has more than {LIMITS.kept_pixels / 1e6:g} megapixels: kept at half its size, each way."
)
TURNED = "Turned as the camera's EXIF tag says."
WHITE = "Transparent parts were laid over white."
GREY = "It is grey: its three channels are equal."
DEEP = "Its 16-bit levels were brought to 8 bits."
LAB = "Its CIELAB colours were turned into red, green and blue."
CMYK = "Its inks (CMYK) were turned into red, green and blue, without a profile."
CONVERTED = "Its colours were converted to sRGB, as its colour profile says."
NAMED = "Its colours were converted to sRGB from the colour space that the file names."
PROFILE = "Its colour profile is not sRGB and was left out: colours may look different."
NOT_FINITE = "Values that are no numbers became black; infinite ones, black or white."


def scaled(low: float, high: float) -> str:
    """Return the sentence for values brought to the levels of 8 bits."""
    return f"Its values {low:g}…{high:g} were scaled to the levels 0…255."


KINDS = {
    "frame": FRAME,
    "ending": ENDING,
    "halved": HALVED,
    "turned": TURNED,
    "white": WHITE,
    "levels": "Its values were brought to red, green and blue levels of 8 bits.",
    "grey": GREY,
    "converted": CONVERTED,
    "named": NAMED,
    "profile": PROFILE,
}
"""Each kind with the sentence that is true of all its notes."""

_KIND_OF = {sentence: kind for kind, sentence in KINDS.items()}


def kinds(notes: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of a picture's notes, each once, in the order of `KINDS`."""
    found = {_KIND_OF.get(note, "levels") for note in notes}
    return tuple(kind for kind in KINDS if kind in found)
