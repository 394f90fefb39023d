"""A kernel's name that cannot be used is told in one sentence, and what to write instead."""

import numpy as np
import pytest

import multiconv as mc
from multiconv.errors import InvalidValue
from multiconv.experiment.kernels import kernel_name
from multiconv.experiment.link import read

FORMS = "Write gaussian(sigma), gabor(angle,wavelength), motion(angle), random(seed)."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gabro(45)", f"name.1 is “gabro(45)”, which is no kernel's name. {FORMS}"),
        ("gabor(45", f"name.1 is “gabor(45”, which is no kernel's name. {FORMS}"),
        ("gabor(45,99)", "name.1 is “gabor(45,99)”: the wavelength of gabor is '99'. "
         "Write a number from 2 to 30."),
        ("gabor(1,2,3)", "name.1 is “gabor(1,2,3)”: gabor is given 3 numbers. "
         "Write gabor(angle,wavelength)."),
    ],
)  # fmt: skip
def test_says_it_once(text, said):
    with pytest.raises(InvalidValue) as caught:
        kernel_name(text, "name.1")
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Gabor(45,6)", "gabor(45,6)"),
        ("GABOR( 45, 6 )", "gabor(45,6)"),
        ("Gaussian(1.5)", "gaussian(1.5)"),
        ("Random(7)", "random(7)"),
        ("gabor(–45,6)", "gabor(-45,6)"),
        ("Gabor\u00a0(45,\u202f6)", "gabor(45,6)"),
        ("Ｇａｂｏｒ（４５，６）", "gabor(45,6)"),
        ("Sobel-X", "sobel-x"),
        ("Sobel x", "sobel-x"),
        ("sobel_y", "sobel-y"),
        ("OUTLINE", "outline"),
        ("Gaussian", "gaussian"),
        ("Box 5", "box-5"),
    ],
)
def test_capitals_and_blanks_make_no_other_name(text, name):
    assert kernel_name(text, "name.1") == name
    if text.isascii():
        assert dict(read([("kernel", "5"), ("w.1.0", text)]).layer.kernels)[1, 0] == name
    assert np.array_equal(mc.kernel(name), mc.kernel(name.title()))


def test_a_name_without_brackets_is_answered_with_every_name():
    with pytest.raises(
        InvalidValue, match=r"^name\.1 is “sofd”, which is no kernel's name\."
    ) as no:
        kernel_name("sofd", "name.1")
    assert no.value.remedy.startswith("Write identity, soft, ")
    with pytest.raises(
        InvalidValue, match=r"neither numbers nor a kernel's name\. Write 9 numbers,"
    ):
        kernel_name("sofd", "w.1.0", (3, 3))
