"""A page as a person reads it: its words, links, pictures and fields, in their order.

Wrappers, classes, ids and what scripts hang on elements are left out, so that
markup may be put together in another way while nothing that people meet changes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.nets.reach import is_waiting, without_build

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
_UNSEEN = {"script", "style", "link", "template", "pattern", "defs"}
_BLOCKS = {
    *("html", "head", "body", "header", "main", "footer", "nav", "aside", "article", "section"),
    *("div", "p", "ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "form", "fieldset"),
    *("legend", "table", "caption", "thead", "tbody", "tr", "td", "th", "details", "summary"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "svg", "text", "desc", "title"),
    *("select", "option", "optgroup", "textarea", "button", "math", "mtr"),
}
_STATES = ("aria-current", "aria-pressed", "aria-expanded", "aria-disabled", "aria-live", "role")
_FLAGS = ("checked", "disabled", "readonly", "required", "multiple")


@dataclass
class Element:
    """An element of the page; its children are elements and texts."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute's text, "" if it is not there."""
        return self.attributes.get(name) or ""

    def text(self) -> str:
        """Return all words inside, folded."""
        return _folded("".join(self._texts()))

    def _texts(self) -> list[str]:
        if _is_unseen(self):
            return []
        inside = ([child] if isinstance(child, str) else child._texts() for child in self.children)
        texts = [text for each in inside for text in each]
        return [" ", *texts, " "] if self.tag in _BLOCKS else texts

    def all(self) -> list[Element]:
        """Return this element and all below it."""
        inside = (child.all() for child in self.children if isinstance(child, Element))
        return [self, *(each for below in inside for each in below)]


def _folded(text: str) -> str:
    return " ".join(text.split())


def _is_unseen(element: Element) -> bool:
    hidden = "hidden" in element.attributes
    return element.tag in _UNSEEN or hidden or is_waiting(element.attributes)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(markup: str) -> Element:
    """Return the elements of a page or of a drawing."""
    builder = _Builder()
    builder.feed(without_build(markup))
    builder.close()
    return builder.root


def field_names(markup: str) -> list[str]:
    """Return the names of all fields of the page's forms, each once, in alphabetical order."""
    return sorted({name for element in tree(markup).all() if (name := _field(element))})


def _field(element: Element) -> str:
    known = {"input", "select", "textarea", "button"}
    return element.get("name") if element.tag in known else ""


def sent(markup: str, action: str) -> list[tuple[str, str]]:
    """Return what a browser sends of the form with this action, without any button pressed."""
    forms = [each for each in tree(markup).all() if each.tag == "form"]
    form = next(each for each in forms if each.get("action") == action)
    found = []
    for element in form.all():
        name, attributes = _field(element), element.attributes
        if not name or element.tag == "button" or "disabled" in attributes:
            continue
        if element.tag == "select":
            found.append((name, _chosen(element)[0]))
        elif element.tag == "textarea":
            found.append((name, "".join(map(str, element.children)).removeprefix("\n")))
        elif element.get("type") in {"checkbox", "radio"}:
            if "checked" in attributes:
                found.append((name, element.get("value")))
        elif element.get("type") not in {"image", "file", "submit", "button"}:
            found.append((name, element.get("value")))
    return found


def _chosen(select: Element) -> tuple[str, list[tuple[str, str]]]:
    options = [each for each in select.all() if each.tag == "option"]
    values = [
        (each.get("value") if "value" in each.attributes else each.text(), each.text())
        for each in options
    ]
    marked = [
        value
        for (value, _), each in zip(values, options, strict=True)
        if "selected" in each.attributes
    ]
    return (marked or [value for value, _ in values] or [""])[-1 if marked else 0], values


class _Reader:
    """Walks a page and writes down what is met; words of one block are one item."""

    def __init__(self, root: Element) -> None:
        self.items: list[str] = []
        self.words: list[str] = []
        self.waiting: list[str] = []  # what stands between the words, told after them
        self.labels: dict[str, str] = {}
        for each in root.all():
            if each.tag == "label" and each.get("for"):
                self.labels[each.get("for")] = each.text()
        self.kind = "text"
        self.within(root, "")

    def flush(self) -> None:
        if text := _folded("".join(self.words)):
            self.items.append(f"{self.kind}: {text}")
        self.items += self.waiting
        self.words, self.waiting = [], []

    def within(self, element: Element, label: str) -> None:
        for child in element.children:
            if isinstance(child, str):
                self.words.append(child)
            elif not _is_unseen(child):
                self.meet(child, label)

    def meet(self, element: Element, label: str) -> None:
        tag = element.tag
        if tag == "label":
            label = element.text()
        if tag in _BLOCKS:
            self.flush()
        self.note(element, label)
        if tag in _BLOCKS:
            self.flush()
        if tag in {"select", "textarea", "button"}:
            return
        if tag == "tr":
            cells = [each for each in element.all() if each.tag in {"td", "th"}]
            self.items.append("row: " + " | ".join(each.text() for each in cells))
            for cell in cells:  # what a cell holds beside its words
                words = len(self.items)
                self.within(cell, label)
                self.flush()
                rest = [item for item in self.items[words:] if not item.startswith("text: ")]
                self.items[words:] = rest
            return
        if re.fullmatch("h[1-6]|caption|legend|summary|title|text|math", tag):
            outer, self.kind = self.kind, tag
            self.within(element, label)
            self.flush()
            self.kind = outer
            return
        self.within(element, label)
        if tag in _BLOCKS:
            self.flush()

    def note(self, element: Element, label: str) -> None:
        """Write down what an element is beside the words in it."""
        tag, get = element.tag, element.get
        name = get("aria-label") or self.labels.get(get("id"), "") or label
        rest = [f"{state}={get(state)}" for state in _STATES if get(state)]
        rest += [flag for flag in _FLAGS if flag in element.attributes]
        rest += [f"title “{get('title')}”"] * bool(get("title"))
        add = self.waiting.append
        match tag:
            case "a":
                pictures = [each.get("alt") for each in element.all() if each.tag == "img"]
                words = get("aria-label") or " ".join([element.text(), *pictures]).strip()
                add(_joined(f"link: {words} → {get('href')}", rest))
            case "img" | "image":
                source = "" if get("href").startswith("data:") else get("src") or get("href")
                add(_joined(f"image: {get('alt')} ← {source}", rest))
            case "input":
                source = f" alt “{get('alt')}” ← {get('src')}" if get("src") else ""
                line = f"input {get('type') or 'text'} {get('name')}=“{get('value')}” “{name}”"
                add(_joined(line + source, rest))
            case "textarea":
                text = "".join(map(str, element.children))
                add(_joined(f"textarea {get('name')}=“{text}” “{name}”", rest))
            case "select":
                chosen, values = _chosen(element)
                add(_joined(f"select {get('name')}=“{chosen}” “{name}”", rest))
                self.waiting += [f"  option {value} = {words}" for value, words in values]
                self.waiting += [
                    f"  group {each.get('label')}"
                    for each in element.all()
                    if each.tag == "optgroup"
                ]
            case "button":
                words = get("aria-label") or element.text()
                add(_joined(f"button {get('name')}=“{get('value')}”: {words}", rest))
            case "form":
                add(f"form: {get('method') or 'get'} {get('action')} {get('enctype')}".rstrip())
            case "details":
                add(f"details: {'open' if 'open' in element.attributes else 'closed'}")
            case "meta" if get("name") == "description":
                add(f"description: {get('content')}")
            case "html":
                add(f"language: {get('lang')}")
            case _ if get("aria-label") or rest:
                add(_joined(f"label: {get('aria-label')}", rest))


def _joined(line: str, rest: list[str]) -> str:
    return "; ".join([line, *rest])


def read(markup: str) -> list[str]:
    """Return a page as the list of what is met in it."""
    reader = _Reader(tree(markup))
    reader.flush()
    return reader.items


def drawn(markup: str) -> dict[str, object]:
    """Return a drawing's words in their order, and how many of each shape it has."""
    elements = tree(markup).all()
    wrappers = {"", "svg", "g", "a", "defs", "style", "tspan"}
    counts = Counter(each.tag for each in elements if each.tag not in wrappers)
    words = [each.text() for each in elements if each.tag in {"text", "title", "desc"}]
    labels = [each.get("aria-label") for each in elements if each.get("aria-label")]
    return {"words": words, "labels": labels, "shapes": dict(sorted(counts.items()))}
