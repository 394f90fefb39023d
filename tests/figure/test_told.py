"""What was done to a picture is told after a form without scripts too."""

import io

import numpy as np
import pytest
from PIL import Image


def file(kind, mode="RGB", orientation=None, frames=1):
    """A small picture's file: colourful, half transparent where the mode has it."""
    levels = np.random.default_rng(3).integers(0, 255, (9, 12, 4), np.uint8)
    first = Image.fromarray(levels).convert(mode)
    more = [first.rotate(180 * at) for at in range(1, frames)]
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    body = io.BytesIO()
    first.save(body, kind, exif=exif, **({"save_all": True, "append_images": more} if more else {}))
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (file("PNG"), None),
        (file("JPEG", orientation=6), "Turned as the camera's EXIF tag says."),
        (file("PNG", "RGBA"), "Transparent parts were laid over white."),
        (file("JPEG", "CMYK"), "Its values were brought to red, green and blue levels of 8 bits."),
        (
            file("JPEG", "L", orientation=3),
            "Turned as the camera's EXIF tag says. It is grey: its three channels are equal.",
        ),
        (file("WEBP", frames=2), "Only its first frame is shown."),
    ],
)
def test_the_address_ends_where_the_page_tells_it(client, upload, body, told):
    answer = upload(body)
    assert answer.status_code == 303
    link, _, fragment = answer.headers["Location"].partition("#")
    page = client.get(link).text.replace("&#39;", "'")
    if told is None:
        assert fragment == ""
    else:
        assert f'<p class="told" id="{fragment}">{told}</p>' in page


def test_samples_have_nothing_to_tell(client):
    assert "told-picture" not in client.get("/").text


def test_a_profile_that_was_left_out_is_told_on_the_way_to_the_page(client):
    # A profile of red, green and blue that says neither sRGB's primaries nor its name.
    profile = bytes(16) + b"RGB " + bytes(112)
    file = io.BytesIO()
    Image.fromarray(np.zeros((9, 8, 3), np.uint8) + np.uint8([9, 99, 200])).save(
        file, "PNG", icc_profile=profile
    )
    file.seek(0)
    answer = client.post("/images", data={"image": (file, "wide.png")})
    assert answer.status_code == 303
    link, _, name = answer.headers["Location"].partition("#")
    assert name == "told-picture-profile"
    page = client.get(link).get_data(as_text=True)
    assert f'id="{name}">Its colour profile is not sRGB and was left out: colours may' in page
