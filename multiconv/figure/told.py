"""What was done to an uploaded picture, for browsers without scripts.

The upload's answer leads to the picture's page, which is the same for everybody who has the
link.  The way there ends in a fragment that no server sees; it shows one of the paragraphs
that wait in the page, as for kernels that were resized.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import combinations

from multiconv.imaging.notes import KINDS, kinds

_NAME = "told-picture-"


def fragment(notes: Iterable[str]) -> str:
    """Return the end of the address that tells of a picture's notes; nothing if there are none.

    Examples
    --------
    >>> fragment(["Turned as the camera's EXIF tag says."]), fragment([])
    ('#told-picture-turned', '')
    """
    found = kinds(notes)
    return "#" + _NAME + "-".join(found) if found else ""


@cache
def paragraphs() -> tuple[tuple[str, str], ...]:
    """Return every paragraph that a fragment may show, as (id, words).

    Examples
    --------
    >>> len(paragraphs()), paragraphs()[11][0]
    (127, 'told-picture-frame-converted')
    """
    return tuple(
        (_NAME + "-".join(chosen), " ".join(KINDS[kind] for kind in chosen))
        for count in range(1, len(KINDS) + 1)
        for chosen in combinations(KINDS, count)
    )
