"""What an edit or an upload did beyond what was asked, told once on the way to its page.

The address that leads there ends in ``told=<words with commas>``; words that stand for nothing here
are passed over, so that no text of an address is ever on the page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from multiconv.experiment.model import Layer
from multiconv.experiment.transit import REPAIRS
from multiconv.experiment.words import size_words
from multiconv.imaging.notes import KINDS

PARAMETER = "told"
PICTURE = "picture-"
LINK = "link-"
EDITS = ("resized", "pasted", "moved", "symmetric", "comma", "turned")
"""The words of `Edit.notices`."""

_EMPTY = (
    "So the output is nearly empty: its kernels add up to 0, and on equal channels one takes away "
    "what another adds."
)
_NOTHING, _LITTLE = 1e-6, 0.25  # shares of the sizes of all weights
_UNDOES = "To undo it, go back one step."
_LOST = "new weights are the filters’ own or 0, weights outside are gone."
_MOVED = "what was chosen moved to the nearest that the new output has."


def telling(link: str, words: Iterable[str]) -> str:
    """Return the address of a page that tells what the words stand for."""
    joined = ",".join(word for word in words if word)
    return f"{link}{'&' if '?' in link else '?'}{PARAMETER}={joined}" if joined else link


def notices_of(
    words: Collection[str], layer: Layer, k: int | None = None
) -> tuple[tuple[str, str], ...]:
    """Return what there is to tell of words, as (id, sentences): of an edit, a picture, a link.

    ``k`` is the chosen output, where the layer takes the picture itself.
    """
    of_edit = [word for word in EDITS if word in words]
    found = []
    if of_edit:
        found.append(("-".join((PARAMETER, *of_edit)), _edit_words(of_edit, layer)))
    for prefix, sentences in ((PICTURE, KINDS), (LINK, REPAIRS)):
        of_kind = [kind for kind in sentences if prefix + kind in words]
        if of_kind:
            name = "-".join((PARAMETER, prefix.rstrip("-"), *of_kind))
            told = [sentences[kind] for kind in of_kind]
            if prefix == PICTURE and "grey" in of_kind and k is not None:
                told += words_on_grey(layer, k)
            found.append((name, " ".join(told)))
    return tuple(found)


def words_on_grey(layer: Layer, k: int) -> tuple[str, ...]:
    """Return why a first layer's output is nearly empty on a grey picture, where it is."""
    return (_EMPTY,) if _cancels(layer, k) else ()


def _cancels(layer: Layer, k: int) -> bool:
    """Tell whether an output's kernels, which meet equal channels on grey, add up to little."""
    if layer.pools or layer.groups > 1 or layer.bias[k]:
        return False
    kernels = [layer.kernel(q, k) for q in range(layer.inputs) if q not in layer.off]
    size = sum(float(np.abs(kernel).sum()) for kernel in kernels)
    left = np.sum(kernels, axis=0)
    level, edges = abs(float(np.sum(left))), float(np.abs(left).sum())
    return level < _NOTHING * size and edges <= _LITTLE * size


def _edit_words(words: Collection[str], layer: Layer) -> str:
    moved, sentences = "moved" in words, []
    if "pasted" in words or "resized" in words:
        size = size_words(layer.kernel_size)
        what = (
            f"The pasted matrix is {size}, so every kernel has that size now"
            if "pasted" in words
            else f"The kernels were resized about their centres to {size}"
        )
        sentences.append(f"{what}, and {_MOVED}" if moved else f"{what}: {_LOST}")
        sentences.append(_UNDOES)
    elif moved:
        sentences.append(
            "What was chosen lay outside the new output, so the choice moved to the nearest "
            "that is there."
        )
    if "symmetric" in words:
        sentences.append("These kernels are symmetric: turning them changes nothing.")
    if "turned" in words:
        sentences.append(
            "This layer is the one before it, turned around: the same kernels, strides and "
            "padding, its outputs taken for inputs. It is the adjoint: what the one before makes "
            "of a picture, times any maps, adds up to the picture times what this one makes of "
            "those maps, without biases and activations."
        )
    if "comma" in words:
        sentences.append("The comma in a number was read as its decimal point: 0,5 is 0.5.")
    return " ".join(sentences)
