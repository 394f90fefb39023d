"""Matrices as they come from other programs, and what must not be guessed."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from multiconv.errors import InvalidValue
from multiconv.experiment.matrix import matrix

TWO = ((1.0, 2.0), (3.0, 4.0))
SAME = [
    "1 2\n3 4",
    "1\t2\n3\t4\n",
    "1\t2\r\n3\t4\r\n",
    "1,2\n3,4",
    "1, 2,\n3, 4,\n",
    "1;2\n3;4",
    "1 2; 3 4",
    "1, 2; 3, 4",
    "[1 2; 3 4]",
    "[1, 2; 3, 4];",
    "K = [1,2;3,4];",
    "[1 2\n 3 4]",
    "[1, 2; ...\n 3, 4]",
    "[[1, 2], [3, 4]]",
    "[[1,2],[3,4]]",
    "[[1, 2],\n [3, 4],]",
    "((1, 2), (3, 4))",
    "{{1, 2}, {3, 4}}",
    "kernel = [[1., 2.], [3., 4.]]",
    "array([[1., 2.],\n       [3., 4.]])",
    "np.array([[1, 2], [3, 4]], dtype=np.float32)",
    "w = np.array([[1, 2], [3, 4]])",
    "tensor([[1., 2.],\n        [3., 4.]], dtype=torch.float64)",
    "[[1. 2.]\n [3. 4.]]",
    "  [1, 2],\n  [3, 4],",
]


@pytest.mark.parametrize("text", SAME)
def test_every_program_writes_the_same_matrix(text):
    assert matrix(text) == TWO


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("5", ((5.0,),)),
        ("[−0.25, 1e-3, .5]", ((-0.25, 0.001, 0.5),)),
        ("1\n2\n3", ((1.0,), (2.0,), (3.0,))),
        ("0,5\n1,5", ((0.0, 5.0), (1.0, 5.0))),
        ("[0,1;0,2]", ((0.0, 1.0), (0.0, 2.0))),
        ("1;2;3", ((1.0,), (2.0,), (3.0,))),
    ],
)
def test_also(text, rows):
    assert matrix(text) == rows


SHAPES = st.tuples(st.integers(1, 15), st.integers(1, 15))


@settings(deadline=None, max_examples=60)
@given(arrays.arrays(np.float64, SHAPES, elements=st.floats(-1e6, 1e6)))
def test_what_numpy_and_python_print_comes_back(array):
    with np.printoptions(floatmode="unique", linewidth=10_000, threshold=10_000):
        printed = [str(array), repr(array), str(array.tolist())]
    for text in printed:
        assert len(text) > 8_000 or np.array_equal(np.array(matrix(text)), array)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no numbers"),
        ("  \n ;", "no numbers"),
        ("[]", "no numbers"),
        ("[[]]", "no numbers"),
        ("1 2\n3", "Row 1 of the matrix has 2 numbers, row 2 has 1"),
        ("1 x\n3 4", "Row 1, column 2 of the matrix is “x”, which is no number"),
        ("1 nan\n3 4", "no number"),
        ("1 2e6\n3 4", "too large"),
        ("1 1_0\n3 4", "no number"),
        ("0,1;0,2;0,1", "decimals with a point"),
        ("0,1;0,2\n0,3;0,4", "decimals with a point"),
        ("0,1\t0,2\n0,3\t0,4", "decimals with a point"),
        ("0,1 0,2\n0,3 0,4", "decimals with a point"),
        ("1,,2\n3,4,5", "empty cell"),
        ("1\t\t2", "empty cell"),
        ("[[[1, 2], [3, 4]]]", "no third dimension"),
        ("[[1, 2], [3, 4]", "every bracket closed"),
        ("1 2] [3 4", "every bracket closed"),
        ("<b>1</b>", "no number"),
        ("1 " * 16, "at most 15 rows and 15 columns"),
        ("1\n" * 16, "16 × 1"),
        ("1 " * 5000, "10,000 characters"),
    ],
)
def test_what_is_no_matrix_is_explained(text, told):
    with pytest.raises(InvalidValue) as caught:
        matrix(text, "matrix.1")
    assert told in str(caught.value)
    assert caught.value.field == "matrix.1"


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("0123456789.,;-+e \t\n[](){}=xarry"), max_size=60))
def test_nothing_breaks_it(text):
    with contextlib.suppress(InvalidValue):
        rows = matrix(text)
        assert len({len(row) for row in rows}) == 1
