"""What a link meets on its way: trackers' parameters, and what chats and mailers do to its text.

Nothing is guessed: put right is what no link can say, and an ending without which its parameter can
be used.  A link that can be used as it came stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from multiconv.errors import InvalidValue, MultiConvError
from multiconv.experiment.model import Experiment
from multiconv.experiment.numbers import UNSEEN, quoted

Pairs = list[tuple[str, str]]
Read = Callable[[Pairs], Experiment]

REPAIRS: Mapping[str, str] = {
    "encoded": "The link’s marks had been written as codes once more; they were read back.",
    "ampersands": "The link’s “&” had been written otherwise; its parts were told apart again.",
    "broken": "Line breaks or characters that cannot be seen were taken out of the link.",
    "ending": "The link ended in marks that a chat or a mail had added; they were left out.",
}
"""What is put right, by the word that answers say, in a sentence."""

_TRACKERS = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa|oly|mc|vero|fb|ref|guce|sfmc|wt|_gac|_branch|ck)_\w+"
    r"|_{1,2}hs\w+|\w*clid|msclkid|\w*click_?id|ref|si|_gl|_ga|igsh|igshid|igsrc|[gw]braid|gad|gad_\w+"
    r"|srsltid|mkt_tok|li_fat_id|_openstat|s_kwcid|ef_id|epik|trk|trkcampaign|_k[ex]|spm|scm|usp"
    r"|cmpid|icid|ncid|xtor|dm_i|s_cid|ml_subscriber\w*|wickedid|elq\w+|guccounter",
    re.IGNORECASE,
)
_UNSEEN = re.compile(f"=?\r?\n[ \t>]*|\r|[{UNSEEN}]")
_CODE = re.compile(r"%[0-9A-Fa-f]{2}")
_LED = re.compile(r"(?:\?|amp;|#38;|#x26;)+", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?:amp;|#38;|#x26;)*", re.IGNORECASE)
_MARKS = frozenset(").,;:!?'\"`´’‘”“„»«›‹*_~<>]}|\\。，、）」』】")
_REST = re.compile(r"[\"<>“”„«»]|\]\(")
_ELIDED = re.compile(r"(?:\.\.+|…)\W*$")
_CUT = re.compile(r"[,(]$|%[0-9A-Fa-f]?$|\ufffd$")
_MARKS_MOST = 6
_MISTAKES_MOST = 8
_AGAIN = "Copy it again from where it is whole."


@dataclass(frozen=True)
class Arrival:
    """A link's parameters as they are to be read, and what was put right, as words of `REPAIRS`.

    ``experiment`` is what a link says that can be used as it came.
    """

    pairs: Pairs
    repairs: tuple[str, ...] = ()
    experiment: Experiment | None = None


def is_tracker(name: str) -> bool:
    """Tell whether a parameter is one that mailers, networks and shops add to every link."""
    return bool(_TRACKERS.fullmatch(name))


def is_at_fault(name: str, field: str | None) -> bool:
    """Tell whether a parameter is the one that an error names; a long name is cut in errors."""
    return field is not None and (
        name == field or (field.endswith("…") and name.startswith(field[:-1]))
    )


def arrival(pairs: Iterable[tuple[str, str]], read: Read, besides: Collection[str] = ()) -> Arrival:
    """Return a link's parameters but those ``besides``, put right where they cannot be read."""
    asked = list(pairs)
    own = _without(asked, besides)
    try:
        return Arrival(own, experiment=read(own))
    except MultiConvError:
        found, repairs = straightened(asked)
        own = _without(found, besides)
        shorter = _shortened(own, read)
        return Arrival(own, repairs) if shorter is None else Arrival(shorter, (*repairs, "ending"))


def straightened(pairs: Pairs) -> tuple[Pairs, tuple[str, ...]]:
    """Return parameters without what none can have, and what was put right."""
    found, repairs = pairs, []
    for word, change in (("encoded", _decoded), ("ampersands", _parted), ("broken", _joined)):
        changed = change(found)
        if changed != found:
            repairs.append(word)
        found = changed
    return found, tuple(repairs)


def without_ending(text: str) -> str:
    """Return a word or whole number without the marks of the text around the link."""
    return [text, *_endings(text)][-1]


def explained(error: MultiConvError, pairs: Pairs) -> MultiConvError:
    """Return the mistake of a link's last parameter as what happened to the link, if that shows."""
    at = _last(pairs)
    if at is None or not is_at_fault(pairs[at][0], error.field):
        return error
    text = pairs[at][1].strip()
    kind, remedy, words = type(error), _AGAIN, ""
    if _ELIDED.search(text) or _CUT.search(text) or text.count("(") > text.count(")"):
        words = f"The link was cut on its way: it ends in the middle of {error.field}, "
        words += f"with {quoted(text[-20:])}."
    elif text and text[-1] in _MARKS and next(_endings(text), None) is not None:
        words = f"The link was changed on its way: it ends in {quoted(text[-1])}. {error.problem}"
    elif "," in text and (error.limit or "").endswith("numbers"):
        words, remedy = error.problem, f"{error.remedy} If the link was cut on its way, copy it "
        remedy += "again."
    return kind(words, remedy, field=error.field, limit=error.limit) if words else error


def _without(pairs: Pairs, names: Collection[str]) -> Pairs:
    return [pair for pair in pairs if pair[0] not in names]


def _last(pairs: Pairs) -> int | None:
    """Return the place of the last parameter that is the link's own."""
    return max((at for at, (name, _) in enumerate(pairs) if not is_tracker(name)), default=None)


def _decoded(pairs: Pairs) -> Pairs:
    """Read codes such as ``%2C``, which are one by now, and mail's ``=3D``."""
    found = [(_plain(name), _plain(text)) for name, text in pairs]
    said = [text for _, text in found if text]
    if said and all(text.startswith("3D") for text in said):
        return [(name, text.removeprefix("3D")) for name, text in found]
    return found


def _plain(text: str) -> str:
    for _ in range(4):
        if not _CODE.search(text):
            break
        text = unquote(text)
    return text


def _parted(pairs: Pairs) -> Pairs:
    """Tell parameters apart whose ``&`` came as ``&amp;``, or with ``=`` as a code."""
    found: Pairs = []
    for name, text in pairs:
        own = _LED.match(name)
        name = name[own.end() :] if own else name
        if "&" in name + text or "=" in name:
            whole = _AMPERSAND.sub("&", f"{name}={text}" if text else name)
            found += parse_qsl(whole, keep_blank_values=True)
        else:
            found.append((name, text))
    return found


def _joined(pairs: Pairs) -> Pairs:
    return [(_UNSEEN.sub("", name), _UNSEEN.sub("", text)) for name, text in pairs]


def _endings(text: str) -> Iterator[str]:
    """Yield a text without its last marks, one after another; a bracket that balances stays."""
    if _ELIDED.search(text):
        return  # what was left out there is not known
    for _ in range(_MARKS_MOST):
        balances = text.endswith(")") and text.count(")") <= text.count("(")
        if not text or text[-1] not in _MARKS or balances:
            break
        text = text[:-1]
        yield text
    if rest := _REST.search(text):
        yield text[: rest.start()]


def _shortened(pairs: Pairs, read: Read) -> Pairs | None:
    """Return the parameters with a shorter last one that can be used, where it cannot as it is."""
    at = _last(pairs)
    if at is None:
        return None
    name, text = pairs[at]
    before, after = pairs[:at], pairs[at + 1 :]
    if not text and name and not set(name) - _MARKS:
        return [*before, *after]
    if _mistake_of(name, pairs, read) is None:
        return None
    for shorter in _endings(text):
        found = [*before, (name, shorter), *after]
        if _mistake_of(name, found, read) is None:
            return found
    return None


def _mistake_of(name: str, pairs: Pairs, read: Read) -> MultiConvError | None:
    """Return what is wrong with one parameter where those that are wrong beside it are left out."""
    for _ in range(_MISTAKES_MOST):
        try:
            read(pairs)
        except MultiConvError as error:
            others = [pair for pair in pairs if not is_at_fault(pair[0], error.field)]
            if is_at_fault(name, error.field) or len(others) == len(pairs):
                return error
            pairs = others
        else:
            return None
    return InvalidValue("The link has many mistakes.", _AGAIN, field=name)
