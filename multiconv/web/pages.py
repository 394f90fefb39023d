"""The page: of an experiment, of the nearest to a link that cannot be used, of a form's answer."""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Sequence

from flask import Blueprint, Response, current_app, render_template, request
from markupsafe import Markup

from multiconv.errors import MultiConvError
from multiconv.experiment.banks import STORED, StoredBank
from multiconv.experiment.edit import (
    Form,
    base_of,
    edit_of,
    in_the_forms_words,
    lay_plain,
    typed_pairs,
)
from multiconv.experiment.link import to_pairs
from multiconv.experiment.model import Experiment
from multiconv.experiment.transit import Pairs, explained, is_at_fault
from multiconv.figure.article import article
from multiconv.figure.card import card_of
from multiconv.figure.links import Links, page_link
from multiconv.figure.notices import LINK, PARAMETER, telling
from multiconv.figure.page import page
from multiconv.figure.strip import challenges_offered, opening
from multiconv.figure.tour import START
from multiconv.networks.shipped import network
from multiconv.tracing.pictures import is_sample
from multiconv.tracing.trace import Trace
from multiconv.web.answers import seen_at, under
from multiconv.web.banks import with_short_link
from multiconv.web.errors import status_of, tell_when_again
from multiconv.web.headers import LEVEL
from multiconv.web.request import (
    banks,
    experiment_of,
    form_pairs,
    is_of_uploads,
    pairs,
    repairs,
    tracer,
)
from multiconv.web.sharing import Shared, shared

blueprint = Blueprint("pages", __name__)

MISTAKES_SHOWN = 8
"""How many mistakes are looked for in one link; with more, the whole link is left aside."""

SHOW_LINKS = (
    *("facebookexternalhit", "Twitterbot", "LinkedInBot", "Slackbot", "Discordbot", "TelegramBot"),
    *("WhatsApp", "SkypeUriPreview", "redditbot", "Mastodon", "Iframely"),
)
"""Robots that read one page because a person sent its link, to show what it is."""

PART = "Multiconv-Part"
"""The request's header that names the part of the page to be answered alone."""

FOLD = Markup('<script type="text/html" data-tag="{}"{}>{}</script>')
_ELEMENT = re.compile(r'(\s*)<([\w-]+)((?: (?:class|id)="[^"]*")*)[^>]*>.*</\2>(\s*)', re.DOTALL)


@blueprint.get("/")
def index() -> Response:
    """Answer the page of an experiment; of a link that cannot be used, the nearest and why."""
    asked = pairs(PARAMETER)
    if start := opening(asked):
        return seen_at(start)  # whoever writes the number alone means its figure
    told = [*request.args.get(PARAMETER, "").split(","), *(LINK + word for word in repairs())]
    if any(told) or is_of_uploads():
        return _page_of(asked, told)
    # A layer that a class opens is computed, told and deflated once: all of a warm answer's time.
    how = request.headers.get(PART), (shared(), request.script_root), tuple(asked)
    status, body = current_app.extensions["multiconv_pages"](how)
    deflated = request.accept_encodings["gzip"] > 0
    response = Response(body if deflated else gzip.decompress(body), status)
    if deflated:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add(PART)
    return response


def deflated_page(
    how: tuple[str | None, tuple[Shared, str], tuple[tuple[str, str], ...]],
) -> tuple[int, bytes]:
    """Return the status and the deflated text of the request’s page: its part, place and link."""
    response = _page_of(list(how[-1]))
    return response.status_code, gzip.compress(response.get_data(), LEVEL, mtime=0)


def _page_of(asked: Pairs, told: Collection[str] = ()) -> Response:
    trace, found = nearest(asked, Experiment())
    return page_answer(trace, [explained(error, asked) for error in found], told=told)


@blueprint.route("/edit", methods=["GET", "POST"])
def edit() -> Response:
    """Answer the form: on to the canonical link, or the page again with what was typed.

    Forms with large kernels or pasted matrices are longer than a query may be, and are posted.
    """
    form = Form(request.form.items(multi=True) if request.method == "POST" else form_pairs())
    try:
        wanted = edit_of(
            form, tracer().geometry, banks(), lambda each: tracer().trace(each).held, network
        )
        trace = tracer().trace(wanted.experiment)
        link = page_link(with_short_link(trace.asked))
    except MultiConvError as error:
        return _mistaken(form, error)
    return seen_at(telling(link, wanted.notices))


def _mistaken(form: Form, error: MultiConvError) -> Response:
    """Show the form's page again: the last good picture, and all that was typed."""
    try:
        base = base_of(form, banks(), network)
        tracer().trace(base)
    except MultiConvError:
        base = Experiment()
    try:
        typed = typed_pairs(form, base, without=error.field)
    except MultiConvError:
        typed = dict(to_pairs(base))
    lay_plain(typed, form, base)
    trace, _ = nearest(list(typed.items()), base)
    return page_answer(trace, [in_the_forms_words(error, form, base)], form)


@blueprint.get("/limits")
def bounds() -> str:
    """Answer what this server takes, and how much."""
    return render_template("limits.html", rows=current_app.extensions["multiconv_limits"].rows())


@blueprint.get("/challenges")
def challenges() -> str:
    """Answer all challenges, with what each teaches and where it begins."""
    return render_template(
        "challenges.html", challenges=challenges_offered(), origin=shared().origin
    )


@blueprint.get("/teachers")
def teachers() -> str:
    """Answer a lesson of 45 minutes as links."""
    offered, origin = challenges_offered(), shared().origin
    return render_template("teachers.html", challenges=offered, tour_start=START, origin=origin)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers off the endless links, but who shows what a link that was sent is."""
    endless = "".join(f"Disallow: {under(path)}\n" for path in ("/*?", "/maps/", "/api/", "/edit"))
    shown = "".join(f"User-agent: {name}\n" for name in SHOW_LINKS)
    rules = f"User-agent: *\n{endless}\n{shown}Disallow: {under('/edit')}\n"
    return Response(rules, content_type="text/plain; charset=utf-8")


def nearest(asked: Pairs, fallback: Experiment) -> tuple[Trace, list[MultiConvError]]:
    """Return the nearest experiment that can be shown, and what had to be left out.

    A parameter that cannot be used gives way to ``fallback``'s; those that were right stay.
    """
    mistakes: list[MultiConvError] = []
    kept = dict(to_pairs(fallback))
    for _ in range(MISTAKES_SHOWN):
        try:
            return tracer().trace(experiment_of(asked)), mistakes
        except MultiConvError as error:
            mistakes.append(error)
            names = {name for name, _ in asked if is_at_fault(name, error.field)}
            if not names:
                break
            rest = [pair for pair in asked if pair[0] not in names]
            asked = [*rest, *((name, kept.pop(name)) for name in names if name in kept)]
    return tracer().trace(fallback), mistakes[:1]


def page_answer(
    trace: Trace,
    mistakes: Sequence[MultiConvError] = (),
    form: Form | None = None,
    told: Collection[str] = (),
) -> Response:
    """Return the page of a trace, with mistakes told and what was typed still in its fields.

    Asked for with the header ``Multiconv-Part: figure`` it is the figure part alone (figure.html),
    folded unless there is a mistake, which is told beside its field.
    """
    links = Links(trace.asked, current_app.config["BUILD"], request.script_root)
    source = trace.experiment.source
    whole = request.headers.get(PART) != "figure"
    to_share = shared()
    body = render_template(
        "page.html" if whole else "figure.html",
        page=page(trace, links, mistakes=mistakes, form=form, told=told, outputs=tracer()),
        article=article(source.picture) if whole else None,
        share=to_share.origin + links.canonical(),
        frame=to_share.origin + links.canonical("embed=1"),
        to_share=to_share,
        card=card_of(trace) if whole else None,
        folds=not (whole or mistakes),
        own=None if is_sample(source) or source.z is not None else source.image,
        banks=_own_banks(trace.asked),
    )
    response = Response(body, status_of(mistakes[0]) if mistakes else 200)
    if mistakes:
        tell_when_again(response, mistakes[0])
    response.vary.add(PART)
    return response


def folded(element: Markup, folds: bool) -> Markup:
    """Return an element of the figure, folded if it is to be and can: a text that is one later.

    A browser that walks through a text makes nothing of it: the page that it comes to (later.js)
    unfolds what is not seen first once its turn has come.  Its tag, class and id are said.
    """
    found = _ELEMENT.fullmatch(element) if folds else None
    if found is None or "<script" in element:
        return element
    before, tag, names, after = (element[slice(*found.span(at))] for at in range(1, 5))
    text = element[found.start() + len(before) : found.end() - len(after)]
    return before + FOLD.format(tag, names, text) + after


def _own_banks(experiment: Experiment) -> tuple[str, ...]:
    """Return the ids of the banks in the store that an experiment is made of, each once."""
    target = experiment.focus.target
    banks = [layer.bank for layer in experiment.layers] + ([target.bank] if target else [])
    found = (bank.id for bank in banks if isinstance(bank, StoredBank))
    return tuple(dict.fromkeys(each for each in found if STORED.fullmatch(each)))
