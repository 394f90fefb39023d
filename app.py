"""``python app.py`` and ``flask run`` start here; the work is in ``multiconv.web``."""

from multiconv.web import create_app
from multiconv.web.serve import main

__all__ = ["create_app"]

if __name__ == "__main__":
    main()
