"""What an edit or an upload did beyond what was asked is told on the page that it leads to."""

import io

import numpy as np
import pytest
from PIL import Image

from multiconv.experiment.model import Layer
from multiconv.figure.notices import notices_of, telling


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
            "Turned as the camera's EXIF tag says. It is grey: its three channels are equal. "
            "So the output is nearly empty: its kernels add up to 0, and on equal channels one "
            "takes away what another adds.",
        ),
        (file("WEBP", frames=2), "Only its first frame is shown."),
    ],
)
def test_the_address_ends_where_the_page_tells_it(client, upload, body, told):
    answer = upload(body)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text.replace("&#39;", "'")
    if told is None:
        assert "told=" not in answer.headers["Location"]
        assert 'class="told"' not in page
    else:
        assert f">{told}</p>" in page


def test_a_page_that_nobody_was_led_to_tells_nothing(client):
    assert 'class="told"' not in client.get("/").text


def test_words_that_stand_for_nothing_are_passed_over(client):
    page = client.get("/?told=resized,<b>,nothing,picture-,moved").text
    assert page.count('class="told"') == 1
    assert (
        "The kernels were resized about their centres to 3 × 3, and what was chosen moved" in page
    )
    assert "nothing" not in page[page.index('id="messages"') : page.index('id="stage"')]
    assert client.get("/?told=").status_code == client.get("/?told=a&told=b").status_code == 200


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        ("pasted", "The pasted matrix is 3 × 3, so every kernel has that size now: new weights"),
        ("pasted,moved", "so every kernel has that size now, and what was chosen moved"),
        ("moved", "What was chosen lay outside the new output"),
        ("symmetric", "These kernels are symmetric: turning them changes nothing."),
        ("comma", "The comma in a number was read as its decimal point: 0,5 is 0.5."),
        ("link-ending", "The link ended in marks that a chat or a mail had added"),
        ("picture-turned,picture-grey", "EXIF tag says. It is grey"),
    ],
)
def test_words_are_told_in_sentences(words, sentences):
    ((_, told),) = notices_of(words.split(","), Layer())
    assert sentences in told


def test_an_edit_and_a_picture_are_told_apart():
    ((_, told),) = notices_of(["picture-grey"], Layer(), 0)
    assert told.endswith(
        "three channels are equal. So the output is nearly empty: its kernels add "
        "up to 0, and on equal channels one takes away what another adds."
    )
    for layer, k in ((Layer(), None), (Layer(off=(1,)), 0), (Layer(bank="luminance-edges"), 0)):
        ((_, told),) = notices_of(["picture-grey"], layer, k)
        assert told.endswith("three channels are equal.")
    found = notices_of(("resized", "picture-grey"), Layer())
    assert [name for name, _ in found] == ["told-resized", "told-picture-grey"]


def test_nothing_to_tell_leaves_an_address_as_it_is():
    assert telling("/", ()) == telling("/", [""]) == "/"
    assert telling("/?k=1", ["resized", "moved"]) == "/?k=1&told=resized,moved"
    assert telling("/", ["moved"]) == "/?told=moved"


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
    assert answer.headers["Location"].endswith("told=picture-profile")
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert (
        'id="told-picture-profile">Its colour profile is not sRGB and was left out: colours may'
        in page
    )
