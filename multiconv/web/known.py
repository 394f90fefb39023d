"""Answers that who asks has already: told by their tags, before anything is worked out.

What these routes answer follows from the address, the build, what the server is set to, and by
which name it is asked: pictures and filters of the store are named by what they hold. So the tag
is known before the answer is, and all that is left to ask is whether those are still there.
It stands alone as it comes before the turns and the routes, and after them.
"""

from __future__ import annotations

import re
from hashlib import sha256

from flask import Flask, Response, request

from multiconv.experiment.model import Limits
from multiconv.experiment.transit import straightened
from multiconv.web.pages import PART
from multiconv.web.request import store
from multiconv.web.settings import Settings
from multiconv.web.sharing import shared

_BYTES, _TEXT, _PAGE = "", "Accept-Encoding", f"{PART}, Accept-Encoding"
VARIES = {
    "pages.index": _PAGE,
    **dict.fromkeys(("maps.picture", "maps.numbers", "takeaway.numbers", "takeaway.film"), _BYTES),
    **dict.fromkeys(("api.planes", "takeaway.program"), _BYTES),
    **dict.fromkeys(("maps.values", "maps.diagram", "takeaway.stage"), _TEXT),
    **dict.fromkeys(("api.facts", "api.one_pixel", "api.learning", "api.networks"), _TEXT),
}
"""Endpoints whose answers follow from what `_tag` is made of, and what of a request they heed."""

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_GZIP = "-gzip"


def _tag(server: str) -> str:
    """Return the tag of what the request asks for, where it is not deflated."""
    public = shared()
    seen = public.origin, public.words, request.host_url, request.script_root
    what = request.path, request.query_string, request.headers.get(PART)
    return sha256(repr((server, seen, what)).encode()).hexdigest()[:32]


def _is_there() -> bool:
    """Tell whether every picture and every bank of the store that the query names is there.

    Of a link that is to be put right only its route knows what it names.
    """
    asked = list(request.args.items(multi=True))
    if straightened(asked)[1]:
        return False
    named = {(each == "image", name) for each, text in asked for name in _ID.findall(text)}
    return all(
        store().has(name) if is_picture else store().has_array(name) for is_picture, name in named
    )


def _is_tagged() -> bool:
    return request.method in {"GET", "HEAD"} and request.endpoint in VARIES


def register(app: Flask, settings: Settings, limits: Limits) -> None:
    """Answer what is known before turns are taken; register this between headers and turns."""
    told = limits, settings.preview, settings.embedders, settings.forget_after
    server = f"{app.config['BUILD']} {told}"

    @app.before_request
    def tell_known() -> Response | None:
        asked = request.if_none_match
        if not asked or asked.star_tag or not _is_tagged():
            return None
        tag = _tag(server)
        tags = [tag, tag + _GZIP] if request.accept_encodings["gzip"] > 0 else [tag]
        found = next(filter(asked.contains_weak, tags), None)
        if found is None or not _is_there():
            return None
        response = Response(status=304)
        response.set_etag(found)
        response.vary.update(filter(None, VARIES[str(request.endpoint)].split(", ")))
        return response

    @app.after_request
    def name(response: Response) -> Response:
        if response.status_code == 200 and _is_tagged():
            deflated = response.headers.get("Content-Encoding") == "gzip"
            response.set_etag(_tag(server) + (_GZIP if deflated else ""))
        return response
