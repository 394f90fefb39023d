"""What a change did beyond what was asked, in words, for the fragment that shows them.

As for uploads (told.py), every paragraph waits in the page, and the way to it ends in a
fragment that no server sees.
"""

from __future__ import annotations

SYMMETRIC = "symmetric"
ROUNDED = "rounded"

_UNDOES = "Back undoes it."
_NOTES = {
    "": "",
    SYMMETRIC: "These kernels are symmetric: turning them changes nothing.",
    ROUNDED: "Three groups need a multiple of 3 outputs, so there are {outputs} now; "
    "one group again leaves them so. Back undoes it.",
}


def fragment(*happened: str) -> str:
    """Return the end of the address that tells what happened; nothing if nothing did.

    Examples
    --------
    >>> fragment("resized", "", "moved"), fragment("", "")
    ('#told-resized-moved', '')
    """
    told = [word for word in happened if word]
    return "#told-" + "-".join(told) if told else ""


def paragraphs(kernel_words: str, outputs: int) -> tuple[tuple[str, str], ...]:
    """Return every paragraph that a fragment may show, as (id, words).

    Examples
    --------
    >>> found = dict(paragraphs("3 × 3", 6))
    >>> len(found), found["told-symmetric"]
    (17, 'These kernels are symmetric: turning them changes nothing.')
    """
    resized = "The kernels were resized about their centres"
    pasted = f"The pasted matrix is {kernel_words}, so every kernel has that size now"
    gone = "new weights are 0, weights outside are gone."
    moved = "what was chosen moved to the nearest that the new output has."
    sizes = {
        "": "",
        "moved": "What was chosen lay outside the new output, so the choice moved to the nearest "
        "that is there.",
        "resized": f"{resized}: {gone} {_UNDOES}",
        "resized-moved": f"{resized}, and {moved} {_UNDOES}",
        "pasted": f"{pasted}: {gone} {_UNDOES}",
        "pasted-moved": f"{pasted}, and {moved} {_UNDOES}",
    }
    return tuple(
        (fragment(size, note)[1:], f"{words} {more.format(outputs=outputs)}".strip())
        for size, words in sizes.items()
        for note, more in _NOTES.items()
        if size or note
    )
