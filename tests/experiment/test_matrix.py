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
    "1,2,\n3,4,".replace(",", ", "),
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


TORCH = "[[1., 2.],\n        [3., 4.]]"
NUMPY = "[[1., 2.],\n       [3., 4.]]"
PRINTED = {
    "PyTorch": f"tensor({TORCH})",
    "PyTorch in scientific notation": (
        "tensor([[1.0000e+00, 2.0000e+00],\n        [3.0000e+00, 4.0000e+00]])"
    ),
    "PyTorch on a card": f"tensor({TORCH}, device='cuda:0')",
    "PyTorch on a card, half": f"tensor({TORCH}, device='cuda:0', dtype=torch.float16)",
    "PyTorch, trained": f"tensor({TORCH}, requires_grad=True)",
    "PyTorch, computed": f"tensor({TORCH}, device='mps:0', grad_fn=<MulBackward0>)",
    "PyTorch, a parameter": f"Parameter containing:\ntensor({TORCH}, requires_grad=True)",
    "PyTorch, as written": 'torch.tensor([[1, 2], [3, 4]], dtype=torch.float32, device="cpu")',
    "PyTorch, a parameter as written": "k = torch.nn.Parameter(torch.tensor([[1., 2.], [3., 4.]]))",
    "TensorFlow": "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)",
    "TensorFlow, in a notebook": (
        f"<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\narray({NUMPY}, dtype=float32)>"
    ),
    "TensorFlow, a variable": (
        "<tf.Variable 'kernel:0' shape=(2, 2) dtype=float32, "
        f"numpy=\narray({NUMPY}, dtype=float32)>"
    ),
    "Keras 3, a variable": (
        "<Variable path=conv/kernel, shape=(2, 2), dtype=float32, value=[[1. 2.]\n [3. 4.]]>"
    ),
    "TensorFlow, as written": "tf.constant([[1, 2], [3, 4]], dtype=tf.float32)",
    "JAX": f"Array({NUMPY}, dtype=float32)",
    "JAX, weakly typed": f"Array({NUMPY}, dtype=float32, weak_type=True)",
    "JAX, older": "DeviceArray([[1., 2.],\n             [3., 4.]], dtype=float32)",
    "JAX, short": "Array([[1.e+00, 2.e+00],\n       [3.e+00, 4.e+00]], dtype=bfloat16)",
    "NumPy 2, scalars in lists": (
        "[[np.float64(1.0), np.float64(2.0)], [np.float64(3.0), np.int64(4)]]"
    ),
    "NumPy 2, scalars in short": (
        "[[np.float32(1.0), np.float32(2.0)], [np.float32(3.0), np.float32(4.0)]]"
    ),
    "NumPy 2, with its shape": f"array({NUMPY}, shape=(2, 2))",
    "NumPy, typed by place": "np.array([[1, 2], [3, 4]], np.float32)",
    "NumPy, typed by a word": "np.array([[1, 2], [3, 4]], 'float32')",
    "NumPy, a matrix": f"matrix({TORCH})",
    "NumPy, a matrix as written": "np.matrix('1 2; 3 4')",
    "NumPy, two calls": "np.float32(np.array([[1, 2], [3, 4]]))",
    "CuPy": "cp.array([[1, 2], [3, 4]], dtype=cp.float32)",
    "MATLAB": "K =\n\n     1     2\n     3     4\n\n",
    "MATLAB, with decimals": "K =\n\n    1.0000    2.0000\n    3.0000    4.0000\n",
    "MATLAB, scaled": "K =\n\n   1.0e+03 *\n\n    0.0010    0.0020\n    0.0030    0.0040\n",
    "MATLAB, single": "ans =\n\n  2×2 single matrix\n\n     1     2\n     3     4\n",
    "MATLAB, live": "K = 2×2\n     1     2\n     3     4\n",
    "MATLAB, wide": (
        "K =\n\n  Columns 1 through 1\n\n     1\n     3\n\n  Column 2\n\n     2\n     4\n"
    ),
    "MATLAB, continued": "K = [1 2; ...\n     3 4];",
    "MATLAB, a call": "single([1 2; 3 4])",
    "Octave": "K =\n\n   1   2\n   3   4\n\n",
    "Octave, wide": " Columns 1 and 2:\n\n   1   2\n   3   4\n",
    "R": "     [,1] [,2]\n[1,]    1    2\n[2,]    3    4",
    "R, wide": "     [,1]\n[1,]    1\n[2,]    3\n     [,2]\n[1,]    2\n[2,]    4",
    "R, a table": "  V1 V2\n1  1  2\n2  3  4",
    "pandas": "     0    1\n0  1.0  2.0\n1  3.0  4.0",
    "pandas, named": "     a    b\n0  1.0  2.0\n1  3.0  4.0",
    "Julia": "2×2 Matrix{Float64}:\n 1.0  2.0\n 3.0  4.0",
    "Julia, as written": "[1.0 2.0; 3.0 4.0]",
    "Mathematica": "{{1, 2}, {3, 4}}",
    "Mathematica, powers": "{{1., 20.*^-1}, {0.3*^1, 4.}}",
    "SymPy": "Matrix([\n[1, 2],\n[3, 4]])",
    "SymPy, drawn": "⎡1  2⎤\n⎢    ⎥\n⎣3  4⎦",
    "C": "const float k[2][2] = {{1.0f, 2.0f}, {3.0f, 4.0f}};",
    "JavaScript": "const k = [[1, 2], [3, 4]];",
    "Fortran": "1.0D+00 2.0D+00\n3.0D+00 4.0D+00",
    "JSON": '{"kernel": [[1, 2], [3, 4]]}',
    "YAML": "kernel:\n  - [1, 2]\n  - [3, 4]",
    "LaTeX": "\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}",
    "LaTeX, an array": "\\left[\\begin{array}{cc} 1 & 2 \\\\\n3 & 4 \\end{array}\\right]",
    "Markdown": "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
    "Markdown, no headings": "|  |  |\n|:--|--:|\n| 1 | 2 |\n| 3 | 4 |",
    "Markdown, numbers first": "| 1 | 2 |\n|---|---|\n| 3 | 4 |",
    "Org": "| 1 | 2 |\n|---+---|\n| 3 | 4 |",
    "Excel": "1\t2\r\n3\t4\r\n",
    "CSV in quotes": '"1","2"\n"3","4"',
    "a web page": "1\u00a02\n3\u00a04",
    "a word processor": "1\u20032\n3\u20034",
}


@pytest.mark.parametrize("program", PRINTED)
def test_what_programs_print_is_read(program):
    assert matrix(PRINTED[program]) == TWO


@pytest.mark.parametrize("dash", "‐‑‒–−﹣－")
def test_a_dash_before_a_number_is_its_minus(dash):
    assert matrix(f"{dash}1 2\n3 {dash}0.5") == ((-1.0, 2.0), (3.0, -0.5))


@pytest.mark.parametrize("text", SAME)
def test_every_program_writes_the_same_matrix(text):
    assert matrix(text) == TWO


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("5", ((5.0,),)),
        ("[−0.25, 1e-3, .5]", ((-0.25, 0.001, 0.5),)),
        ("1\n2\n3", ((1.0,), (2.0,), (3.0,))),
        ("1,-2\n3,4", ((1.0, -2.0), (3.0, 4.0))),
        ("1,2,3\n4,5,6", ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))),
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
        # A column of decimals is never read as two columns.
        ("0,5\n1,5", "decimals with a point"),
        ("0,5\n1,5\n", "decimals with a point"),
        ("0,5\r\n-1,25\r\n3", "decimals with a point"),
        ("1,2\n3,4", "decimals with a point"),
        ("0,5", "decimals with a point"),
        ("0,5, 1,5\n2,5, 3,5", "decimals with a point"),
        ("[[0,5, 1,5], [2,5, 3,5]]", "decimals with a point"),
        ("1,000.5 2\n3 4", "decimals with a point"),
        ("1,000.5\n2,000.5", "decimals with a point"),
        ("1\u202f000 2\n3 4", "may stand between thousands or between numbers"),
        ("1\u00a0000\n2\u00a0000", "may stand between thousands or between numbers"),
        ("[[0. 1. ... 2.]\n [3. 4. ... 5.]]", "shortened where it was printed"),
        ("tensor([[0., 1.,  ..., 2.],\n        ...,\n        [3., 4.,  ..., 5.]])", "shortened"),
        ("1 … 2", "shortened"),
        ("...", "shortened"),
        ("matrix(c(1, 2, 3, 4), nrow = 2)", "Paste what R prints"),
        ("k <- matrix(c(1,2,3,4), 2, byrow=TRUE)", "Paste what R prints"),
        ("[1 2; 3 4]'", "turns its rows into columns"),
        ("np.array([[1, 2], [3, 4]]).T", "turns its rows into columns"),
        ("np.array([[1, 2], [3, 4]]) / 16", "multiplied or divided"),
        ("1/9 * [[1, 1], [1, 1]]", "multiplied or divided"),
        ("0.5*[1 2; 3 4]", "multiplied or divided"),
        ("[[1, 2], [3, 4]] * (1/16)", "multiplied or divided"),
        ("１ 2\n3 4", "Write no “１”"),
        ("—1 2\n3 4", "Write no “—”"),
        ("\u200b1 2\n3 4", "no character U+200B"),
        ("0x1 0x2\n3 4", "“0x1”, which is no number"),
        ("1x2 3x4\n3 4", "“1x2”, which is no number"),
        ("½ 2\n3 4", "Write no “½”"),
        ("Columns 1 through 2\n\n1 2\n3 4\n\nColumn 3\n\n5\n", "The printed columns have 2 rows"),
        ('"0,5","1,5"\n"2,5","3,5"', "decimals with a point"),
        ("1/9 1/9\n1/9 1/9", "no fractions"),
        ("<td>1</td><td>2</td>", "no number"),
        ("[[1+2j, 3], [4, 5]]", "no number"),
        ("[[1, --], [3, 4]]", "no number"),
        ("tensor([[[1., 2.]], [[3., 4.]]])", "no third dimension"),
        ("\\begin{bmatrix} \\frac{1}{9} & 2 \\end{bmatrix}", "no matrix of rows"),
        ("a b\n1 2", "“a”, which is no number"),
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
@given(st.text(st.sampled_from("0123456789.,;-+e \t\n[](){}=xarry|\\&'\"<>*…×"), max_size=60))
def test_nothing_breaks_it(text):
    with contextlib.suppress(InvalidValue):
        rows = matrix(text)
        assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a(" * 3999, "a(" * 2000 + ")" * 2000, "float(" * 1300, "[" * 7999, "{" + " " * 7000,
        "-" * 7999, "|-" * 3999, "<a numpy=" * 800, ", " * 3999, ",dtype=" * 1000, "'" * 7999,
        "1,000" * 1500, "1 " * 3999, "\\begin{" + "a" * 7000, "x" * 7999, "a." * 3999,
        "...\n" * 1900,
    ],
)  # fmt: skip
def test_no_text_takes_long_to_refuse(text):
    """Each pattern reads a text a few times; one that tried every way would not end."""
    with pytest.raises(InvalidValue):
        matrix(text)
