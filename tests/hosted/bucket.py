"""moto as an S3 that takes one request at a time.

What S3 decides in one step, whether a name is new, moto asks in one and writes in another.
"""

import sys
from collections.abc import Iterable
from threading import Lock
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

ONE_AT_A_TIME = Lock()
MOTO = DomainDispatcherApplication(create_backend_app)


def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request when those before it are answered."""
    with ONE_AT_A_TIME:
        return MOTO(environ, start_response)


if __name__ == "__main__":
    run_simple(sys.argv[1], int(sys.argv[2]), answer, threaded=True)
