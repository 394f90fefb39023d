"""A kernel's name that cannot be used is told in one sentence, and what to write instead."""

import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.kernels import kernel_name

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
