"""Addresses of pages and pictures, each with only what its answer depends on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from multiconv.experiment.changes import Held, turned, undone
from multiconv.experiment.latent import Latent
from multiconv.experiment.link import to_query
from multiconv.experiment.maps import acting, pixels_experiment
from multiconv.experiment.model import Experiment, Rows, Source, View

THUMBNAIL = 72
"""The longest side of a sample in the top bar, in its pixels."""


def page_link(experiment: Experiment, *, path: str = "/") -> str:
    """Return the canonical address of an experiment's page, or of ``path`` for it."""
    return address_of(path, to_query(experiment))


def address_of(path: str, *parts: str) -> str:
    """Return a path with those parts of a query that say something."""
    query = "&".join(part for part in parts if part)
    return f"{path}?{query}" if query else path


@dataclass(frozen=True)
class Links:
    """The addresses of one experiment's page and pictures; each query is written once.

    All begin with ``root``, the path that the server has among others.
    """

    experiment: Experiment
    build: str
    root: str = ""
    _written: dict[Experiment, str] = field(default_factory=dict, repr=False, compare=False)
    _opening: dict[tuple[int, tuple[int, int]], str] = field(
        default_factory=dict, repr=False, compare=False
    )
    _reduced: dict[tuple[str, float | None, str], str] = field(
        default_factory=dict, repr=False, compare=False
    )

    def _address(self, path: str, *parts: str) -> str:
        return address_of(self.root + path, *parts)

    def _query(self, experiment: Experiment) -> str:
        if experiment not in self._written:
            self._written[experiment] = to_query(experiment)
        return self._written[experiment]

    @cached_property
    def query(self) -> str:
        """The canonical link's query."""
        return self._query(self.experiment)

    @cached_property
    def source(self) -> str:
        """The query of the picture alone; of a generator's there is none."""
        return self._query(Experiment(source=self.experiment.source.picture))

    @cached_property
    def _around_k(self) -> tuple[list[str], list[str]]:
        """What stands before and after the output channel in the query."""
        last = replace(self.experiment.focus, k=self.experiment.layer.outputs - 1)
        parts = self._query(replace(self.experiment, focus=last)).split("&")
        at = next((at for at, part in enumerate(parts) if part.startswith("k=")), len(parts))
        return parts[:at], parts[at + 1 :]

    def at(self, path: str, *more: str) -> str:
        """Return the address of ``path`` for this experiment, with more parameters at its end."""
        return self._address(path, self.query, *more)

    def page(self, experiment: Experiment) -> str:
        """Return the page of another experiment, alone in a frame where this one is."""
        embed = self.experiment.view.embed
        if experiment.view.embed != embed:
            experiment = replace(experiment, view=replace(experiment.view, embed=embed))
        return self._address("/", self._query(experiment))

    def beside(self, link: str) -> str:
        """Return a page's link, which stays alone in a frame where this one is."""
        embedded = link and self.experiment.view.embed == "1"
        return f"{link}&embed=1" if embedded else link

    def channel(self, k: int) -> str:
        """Return the page on which output channel ``k`` is the chosen one."""
        before, after = self._around_k
        return self._address("/", *before, f"k={k}" if k else "", *after)

    def layer(self, n: int, pixel: tuple[int, int]) -> str:
        """Return the page on which layer ``n`` is opened at a pixel; of the photograph, the first.

        Every layer keeps its chosen output.
        """
        key = max(n, 1), pixel
        if key not in self._opening:
            self._opening[key] = self.page(self.experiment.opening(key[0], *pixel))
        return self._opening[key]

    def undone(self, n: int) -> str:
        """Return the page on which layer ``n`` is as it was."""
        return self.page(undone(self.experiment, n))

    def map(self, name: str, extent: float, _longest: int = 0, /) -> str:
        """Return the address of a map's picture, which has the same pixels however it is drawn."""
        if name == "photo":
            return self._address("/maps/photo.png", self.source, f"v={self.build}")
        return self._map(name, extent, "png", self.experiment.view)

    def rest(self, rows: tuple[int, ...], extent: float, _longest: int = 0, /) -> str:
        """Return the address of the picture of what all channels but these add."""
        focus = replace(self.experiment.focus, rows=rows)
        return replace(self, experiment=replace(self.experiment, focus=focus)).map("rest", extent)

    def partials(self, extent: float | None, /) -> str:
        """Return the address of the picture of all partials; without a range each has its own."""
        seen = pixels_experiment(self.experiment, "for", extent)  # of which it is the positive part
        if extent is None:
            seen = replace(seen, view=View(ranges="each", gain=self.experiment.view.gain))
        return self._address("/maps/partials.png", self._query(seen), f"v={self.build}")

    def rows(self, held: Held, rows: Rows, /) -> str:
        """Return the page with these channels' rows; a choice of them holds the range."""
        if not isinstance(rows, tuple):
            return self.page(turned(self.experiment, held, rows))
        before, after = self._around_rows(held)
        return self._address("/", *before, f"rows={','.join(map(str, rows))}", *after)

    def _around_rows(self, held: Held) -> tuple[list[str], list[str]]:
        """Return what stands before and after the rows in the query, under what is held."""
        parts = self._query(turned(self.experiment, held, (0,))).split("&")
        at = next(at for at, part in enumerate(parts) if part.startswith("rows="))
        return parts[:at], parts[at + 1 :]

    @cached_property
    def _alone(self) -> str:
        """The canonical link's query, whoever's page it is shown in."""
        view = replace(self.experiment.view, embed="0")
        return self._query(replace(self.experiment, view=view))

    def canonical(self, *more: str) -> str:
        """Return the page by which others know it, even where it is shown in a frame."""
        return self._address("/", self._alone, *more)

    def card(self) -> str:
        """Return the address of the picture that stands for the page elsewhere."""
        return self._address("/maps/card.png", self._alone, f"v={self.build}")

    def numbers(self, name: str) -> str:
        """Return the address of a map's numbers, which need no range."""
        return self._map(name, None, "npy", self.experiment.view)

    def histogram(self, name: str, extent: float) -> str:
        """Return the address of a map's histogram, which has no tint."""
        return self._map(name, extent, "svg", View())

    def _map(self, name: str, extent: float | None, ending: str, view: View) -> str:
        key = name, extent, view.inputs
        if key not in self._reduced:
            seen = replace(self.experiment, view=view)
            self._reduced[key] = self._query(pixels_experiment(seen, name, extent))
        return self._address(f"/maps/{name}.{ending}", self._reduced[key], f"v={self.build}")

    def sheet(self, extent: float | None) -> str:
        """Return the address of all outputs on one sheet; without a range each has its own."""
        ranges = "each" if extent is None else "shared"
        seen = replace(acting(self.experiment, "output"), view=View(extent, ranges))
        return self._address("/maps/outputs.png", self._query(seen), f"v={self.build}")

    def sample(self, name: str) -> str:
        """Return the page that shows a sample with the same filters, its own pixel first."""
        focus = replace(self.experiment.focus, i=None, j=None)
        source = replace(self.experiment.source, image=name)
        return self.page(replace(self.experiment, source=source, focus=focus))

    def thumbnail(self, name: str) -> str:
        """Return the address of a sample's small picture."""
        query = self._query(Experiment(source=Source(name, THUMBNAIL)))
        return self._address("/maps/input.png", query, f"v={self.build}")

    def generated(self, z: Latent) -> str:
        """Return the address of the picture that a generator as it comes makes of its numbers."""
        network = self.experiment.network
        layers = network.layers if network else self.experiment.layers
        made = Experiment(replace(self.experiment.source, z=z), layers, network=network)
        query = self._query(pixels_experiment(made, "generated", None))
        return self._address("/maps/generated.png", query, f"v={self.build}")

    def whole(self, path: str, *more: str) -> str:
        """Return the address of ``path`` for the picture at its full size."""
        source = replace(self.experiment.source, size=None)
        return self._address(path, self._query(replace(self.experiment, source=source)), *more)
