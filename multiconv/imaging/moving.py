"""Films to files: beside `codec` the only module that imports Pillow."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from multiconv.imaging.films import Film


def encoded(film: Film, kind: str) -> bytes:
    """Return a film as a GIF or a lossless WebP that runs for ever."""
    images = []
    for frame in film.frames:
        image = Image.fromarray(frame)
        image.putpalette(film.palette[:, :3].tobytes())
        images.append(image if kind == "gif" else image.convert("RGB"))
    extra = {"optimize": False} if kind == "gif" else {"lossless": True, "method": 2}
    file = BytesIO()
    images[0].save(
        file,
        kind.upper(),
        save_all=True,
        append_images=images[1:],
        duration=film.milliseconds,
        loop=0,
        **extra,
    )
    return file.getvalue()
