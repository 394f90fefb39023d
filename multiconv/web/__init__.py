"""The only room that knows of Flask: the app factory and what it is made of."""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from jinja2 import StrictUndefined

from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS
from multiconv.figure.kernel import tint
from multiconv.figure.planes import dark_colours, ramp
from multiconv.imaging.guards import READ_HERE
from multiconv.store.blobs import Blobs, FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer
from multiconv.web import (
    api,
    banks,
    errors,
    files,
    headers,
    known,
    log,
    maps,
    openapi,
    pages,
    takeaway,
    turns,
    uploads,
)
from multiconv.web import limits as limits_of_writes
from multiconv.web.answers import under
from multiconv.web.mount import mount
from multiconv.web.settings import DAY, Settings, settings_from_environment, variable

if TYPE_CHECKING:
    from multiconv.web.metrics import Metrics

_HERE = Path(__file__).resolve().parent
_CHECKOUT = _HERE.parent.parent
PARTS = {".py", ".html", ".svg", ".css", ".js", ".jpg", ".png", ".npz", ".npy", ".json", ".txt"}
"""Endings of the files that answers are made of."""
MAKERS = ("flask", "jinja2", "markupsafe", "numpy", "pillow", "werkzeug")
"""Packages that make the bytes of answers."""
PAGES = 64
"""Pages and figures that are kept, deflated to some 45 kB each."""


def _folder(name: str) -> Path:
    """Return a folder of templates or static files: the wheel's copy, else the checkout's."""
    packed = _HERE / name
    return packed if packed.is_dir() else _CHECKOUT / name


@cache  # the code that runs does not change any more
def _build() -> str:
    """Return this build's name."""
    made_by = (sys.version, zlib.ZLIB_RUNTIME_VERSION, *map(version, MAKERS))
    return build_of((_folder("templates"), _folder("static"), _HERE.parent), made_by)


def build_of(folders: Iterable[Path], made_by: Iterable[str]) -> str:
    """Return a short name: another where anything differs that makes an answer's bytes."""
    digest = hashlib.sha256(" ".join(made_by).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in PARTS:
                body = path.read_bytes()
                name = path.relative_to(folder).as_posix()
                digest.update(f"\n{name} {len(body)}\n".encode() + body)
    return digest.hexdigest()[:10]


def _metrics(settings: Settings) -> Metrics | None:
    """Return what counts, if it is to be counted; no other server needs what that takes."""
    if not settings.metrics:
        return None
    if find_spec("prometheus_client") is None:
        raise InvalidValue(
            "Metrics need an extra that is not installed.",
            f"Run pip install 'multiconv[hosted]', or leave {variable('metrics')} off.",
            field=variable("metrics"),
        )
    from multiconv.web.metrics import Metrics

    return Metrics()


def _blobs(settings: Settings) -> Blobs:
    """Return what keeps uploads: a folder, or an object store by what the extra `hosted` brings."""
    if not settings.objects:
        return FolderBlobs(settings.folder)
    if find_spec("obstore") is None:
        raise InvalidValue(
            f"To keep uploads in {settings.objects} an extra is needed.",
            "Install it: pip install 'multiconv[hosted]'.",
            field=variable("store"),
        )
    from multiconv.store.objects import ObjectBlobs

    return ObjectBlobs(settings.objects)


def create_app(
    config: Mapping[str, Any] | None = None,
    *,
    store_folder: Path | None = None,
    settings: Settings | None = None,
) -> Flask:
    """Return the web app; ``config`` replaces Flask settings, ``store_folder`` holds uploads.

    What is not said is as the environment's `Settings`; the folder is made when missing.
    """
    settings = settings or settings_from_environment()
    settings = replace(settings, store=str(store_folder or settings.place))
    app = Flask("multiconv", template_folder=str(_folder("templates")), static_folder=None)
    app.config.update(
        BUILD=_build(),
        STATIC=_folder("static"),
        # The picture's own bytes and what multipart puts around them.
        MAX_CONTENT_LENGTH=LIMITS.upload_bytes + LIMITS.body_bytes,
        # Werkzeug holds a picture's body to it as well, in pieces of 64 KiB and what they leave.
        MAX_FORM_MEMORY_SIZE=LIMITS.body_bytes + 2**17,
        MAX_FORM_PARTS=16,
    )
    app.config.update(config or {})
    app.request_class = uploads.UploadRequest
    app.url_map.merge_slashes = False  # that redirects to whatever host the request names
    limits = replace(LIMITS, store_bytes=settings.store_bytes)
    metrics = _metrics(settings)
    blobs = _blobs(settings)
    counted = metrics.counted(blobs) if metrics else blobs
    store = Store(counted, limits.store_bytes, settings.forget_after)
    if not settings.objects:  # an object store is listed in the background, since it may be away
        store.upkeep.sweep()
    app.extensions["multiconv"] = Tracer(store, limits=limits)
    app.extensions["multiconv_limits"] = limits
    app.extensions["multiconv_store"] = store
    app.extensions["multiconv_pages"] = lru_cache(PAGES)(pages.deflated_page)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["folded"] = pages.folded
    app.jinja_env.globals.update(
        tint=tint,
        ramp=ramp(),
        dark=dark_colours(),
        under=under,
        static=lambda path: under(f"/static/{app.config['BUILD']}/{path}"),
        pictures_read=READ_HERE,
        preview=settings.preview,
        embeds=bool(settings.embedders),
        forget_days=settings.forget_after // DAY,
    )
    app.before_request(store.upkeep.begin_if_due)
    errors.register(app)
    log.register(app)
    if metrics:
        metrics.register(app)
    limits_of_writes.register(app, settings)
    headers.register(app, settings)
    known.register(app, settings, limits)

    def answered(rule: str, method: str, status: int, began: float, sent: int) -> None:
        log.write(rule, method, status, began, sent)
        if metrics:
            metrics.answered(rule, method, status, began)

    told = [metrics.turn] if metrics else []
    turns.register(app, settings, *told, answered=answered)
    for room in (pages, uploads, banks, maps, files, api, openapi, takeaway):
        app.register_blueprint(room.blueprint)
    mount(app, settings)
    return app
