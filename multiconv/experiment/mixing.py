"""What the form beside a generator's numbers asks for: two pictures' mix, a seed, one number.

Stands alone since the form's names are not the link's: a share of two pictures becomes `z`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from multiconv.errors import InvalidValue
from multiconv.experiment.latent import MOST, NUMBERS, SEEDS, Latent
from multiconv.experiment.model import Experiment
from multiconv.experiment.numbers import decimal, number, plain, weight_text, whole, with_point

SHARE, SEED, INDEX, NUMBER = "mix.share", "mix.seed", "mix.index", "mix.number"
"""The form's fields: the share of the second picture, the seed, which number and what it is."""

MIX_FIELDS = (SHARE, SEED, INDEX, NUMBER)


def pair_of(z: Latent, usual: Latent) -> tuple[int, int]:
    """Return the code points that are mixed, or would be: of random numbers the usual ones."""
    named = usual if z.seed is not None else z
    if named.second is not None:
        return named.first, named.second
    return named.first, next_point(named, named.first)


def next_point(z: Latent, point: int, beside: int | None = None) -> int:
    """Return the picture after one, in the generator's order; not the one that is beside it."""
    points = z.learned.points
    at = (points.index(point) + 1) % len(points)
    return points[at] if points[at] != beside else points[(at + 1) % len(points)]


def share_of(z: Latent) -> float:
    """Return how much of the second picture there is; of random numbers none."""
    return z.share if z.second is not None and z.seed is None else 0.0


def share_text(z: Latent) -> str:
    """Return it as the slider has it, in hundredths."""
    return plain(round(share_of(z), 2))


def number_shown(z: Latent) -> int:
    """Return the index of the number that is offered: the last that was changed, or the largest."""
    if z.changes:
        return z.changes[-1][0]
    return int(abs(z.numbers()).argmax())


def with_mix(form: Mapping[str, str], experiment: Experiment) -> Experiment:
    """Return the experiment with the generator's numbers as the form says, where it changed them.

    A field whose text is the one that the page wrote changes nothing.
    """
    z, network = experiment.source.z, experiment.network
    if z is None or network is None or network.z is None or not set(MIX_FIELDS) & form.keys():
        return experiment
    found = z
    share = form.get(SHARE, "").strip()
    if share and share != share_text(z):
        found = replace(found, seed=None, share=_share(share))
        first, second = pair_of(z, network.z)
        found = replace(found, first=first, second=second)
    seed = form.get(SEED, "").strip()
    if seed and seed != (str(z.seed) if z.seed is not None else ""):
        found = Latent(z.learned, seed=whole(seed, SEED, 0, SEEDS, name="The seed"))
    shown = number_shown(z)
    text = form.get(NUMBER, "").strip()
    if text and text != weight_text(float(z.numbers()[shown])):
        at = whole(form.get(INDEX, str(shown)), INDEX, 0, NUMBERS - 1, name="The number of z")
        value = number(with_point(text), field=NUMBER, limit=MOST, name=f"z[{at}]")
        found = found.with_number(at, value)
    return replace(experiment, source=replace(experiment.source, z=found))


def _share(text: str) -> float:
    share = number(with_point(text), field=SHARE, limit=1, name="The share of B")
    if share < 0:
        raise InvalidValue(
            f"The share of B is {decimal(share, 2)}.",
            "Write a share from 0, A alone, to 1, B alone.",
            field=SHARE,
            limit="0 to 1",
        )
    return share
