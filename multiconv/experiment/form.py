"""A filled-in form: the texts of its fields, of which some stand more than once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping


class Form(MutableMapping[str, str]):
    """Texts by field, in the order they were sent; ``form[name]`` is the first of its field.

    Parameters
    ----------
    pairs : mapping or iterable of (str, str)

    Examples
    --------
    >>> form = Form([("on", "0"), ("on", "2"), ("k", "1")])
    >>> form["on"], form.getlist("on"), form.getlist("off"), list(form)
    ('0', ['0', '2'], [], ['on', 'k'])
    """

    def __init__(self, pairs: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._texts: dict[str, list[str]] = {}
        for name, text in pairs.items() if isinstance(pairs, Mapping) else pairs:
            self._texts.setdefault(name, []).append(text)

    def getlist(self, name: str) -> list[str]:
        """Return every text of a field."""
        return list(self._texts.get(name, ()))

    def copy(self) -> Form:
        """Return a form of its own with the same texts."""
        return Form((name, text) for name, texts in self._texts.items() for text in texts)

    def __getitem__(self, name: str) -> str:
        return self._texts[name][0]

    def __setitem__(self, name: str, text: str) -> None:
        self._texts[name] = [text]

    def __delitem__(self, name: str) -> None:
        del self._texts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
