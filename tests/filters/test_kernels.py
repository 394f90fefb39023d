import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.filters.kernels import (
    FORMS,
    KERNELS,
    fitted,
    kernel,
    name_of,
    own_size,
    scaled_name_of,
    settled_name,
)
from tests.nets import asked


def test_there_are_the_named_kernels():
    assert FORMS == ("gaussian(sigma)", "gabor(angle,wavelength)", "motion(angle)", "random(seed)")
    assert {"identity", "soft", "box", "gaussian", "sharpen", "emboss"} < set(KERNELS)
    assert {"outline", "laplacian", "sobel-x", "sobel-y", "zero", "shift"} < set(KERNELS)
    assert {"ridge", "unsharp", "prewitt-x", "scharr-y", "roberts-1", "box-5"} < set(KERNELS)


def test_the_nets_ask_for_every_kernel_by_name():
    assert set(asked.KERNELS) == set(KERNELS)
    assert {call.strip().partition("(")[0] for call in asked.CALLS} == {
        form.partition("(")[0] for form in FORMS
    }


@pytest.mark.parametrize("name", ["soft", "box", "gaussian", "sharpen", "identity", "shift"])
def test_these_kernels_keep_the_brightness(name):
    assert kernel(name).sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ["outline", "laplacian", "sobel-x", "sobel-y", "zero"])
def test_these_kernels_answer_nothing_on_a_flat_picture(name):
    assert kernel(name).sum() == 0


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 5), (4, 3), (7, 7)])
def test_fitting_keeps_the_centre(size):
    numbers = np.arange(1.0, 10).reshape(3, 3)
    result = fitted(numbers, size)
    centre = (size[0] - 1) // 2, (size[1] - 1) // 2
    assert result.shape == size
    assert result[centre] == 5


def test_fitting_pads_after_for_even_sides():
    assert fitted(np.ones((1, 1)), (2, 2)).tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("name", list(KERNELS))
@pytest.mark.parametrize("size", [(5, 5), (6, 6), (5, 7)])
@pytest.mark.parametrize("factor", [1.0, -0.5, 0.299, 3.0])
def test_a_kernel_knows_its_name_and_factor(name, size, factor):
    assert name_of(kernel(name, size)) == name
    expected = (1.0, "zero") if name == "zero" else (factor, name)
    if name == "ridge" and factor != 1:
        expected = (-factor, "laplacian")  # the same thing, and better known
    assert scaled_name_of(factor * kernel(name, size)) == expected


def test_a_kernel_that_was_cut_has_no_name():
    assert name_of(kernel("emboss", (2, 2))) is None
    assert name_of(np.array([[1.0, 2.0]])) is None


def test_what_is_returned_may_be_changed():
    kernel("soft")[:] = 9
    assert kernel("soft")[1, 1] == 0.2


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InvalidValue, match="identity, soft"):
        kernel("blur")


def test_names_are_found_at_any_size_that_holds_all_taps():
    assert name_of(np.array([[1.0]])) == "identity"
    assert scaled_name_of(-0.5 * fitted(KERNELS["soft"].values, (5, 5))) == (-0.5, "soft")


def test_own_sizes_and_the_one_spelling():
    assert (own_size("soft"), own_size("gaussian(1.5)")) == ((3, 3), (7, 7))
    assert settled_name("gabor( 45.0, 6)") == "gabor(45,6)"
    assert settled_name("gaussian(1.5)") == "gaussian(1.5)"
    assert settled_name("soft") == "soft"
