"""The volumes' geometry as properties: whatever the shapes, the drawing stays true and in place."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multiconv.drawing.volumes import volumes

SIDE = st.integers(1, 1024)


@st.composite
def diagrams(draw):
    channels = draw(st.sampled_from([1, 2, 3, 16, 64]))
    outputs = draw(st.integers(1, 16) | st.just(64))
    input_shape = (draw(SIDE), draw(SIDE), channels)
    output_shape = (draw(SIDE), draw(SIDE), outputs)
    k = draw(st.integers(0, outputs - 1))
    wide = draw(st.booleans())
    return input_shape, output_shape, k, volumes(input_shape, output_shape, k, wide=wide)


def points_of(slab):
    return (*slab.front, *slab.top, *slab.face)


@settings(deadline=None)
@given(diagrams())
def test_everything_is_inside(drawn):
    *_, diagram = drawn
    points = [p for slab in (*diagram.inputs, *diagram.outputs) for p in points_of(slab)]
    points += [p for wedge in diagram.wedges for p in wedge.points]
    points += [(label.x, label.y) for label in diagram.labels]
    assert all(0 <= x <= diagram.width and 0 <= y <= diagram.height for x, y in points)


@settings(deadline=None)
@given(diagrams())
def test_coordinates_have_two_decimals(drawn):
    *_, diagram = drawn
    for slab in (*diagram.inputs, *diagram.outputs):
        for value in (*slab.matrix, *(c for point in points_of(slab) for c in point)):
            assert len(repr(float(value)).partition(".")[2]) <= 2


@settings(deadline=None)
@given(diagrams())
def test_faces_are_parallelograms_that_the_matrix_makes_of_the_unit_square(drawn):
    *_, diagram = drawn
    for slab in (*diagram.inputs, *diagram.outputs):
        a, b, c, d, e, f = slab.matrix
        square = ((0, 0), (1, 0), (1, 1), (0, 1))
        for (u, v), corner in zip(square, slab.face, strict=True):
            assert corner == pytest.approx((a * u + c * v + e, b * u + d * v + f), abs=0.03)
        for quad in (slab.face, slab.top):
            for axis in (0, 1):
                across = quad[1][axis] - quad[0][axis], quad[2][axis] - quad[3][axis]
                assert across[0] == pytest.approx(across[1], abs=0.03)


@settings(deadline=None)
@given(diagrams())
def test_wedges_run_from_the_feet_to_the_chosen_top(drawn):
    _, _, k, diagram = drawn
    (chosen,) = [slab for slab in diagram.outputs if slab.chosen]
    assert chosen.index == k
    (left, top), (right, _) = chosen.front[:2]
    ends = []
    for wedge, slab in zip(diagram.wedges, diagram.inputs, strict=True):
        assert (wedge.index, wedge.role) == (slab.index, slab.role)
        assert wedge.points[:2] == (slab.front[3], slab.front[2])
        assert wedge.points[2][1] == wedge.points[3][1] == top
        ends += [wedge.points[3][0], wedge.points[2][0]]
    assert ends == sorted(ends)
    assert (ends[0], ends[-1]) == (left, right)
    assert all(foot[1] < top for wedge in diagram.wedges for foot in wedge.points[:2])


@settings(deadline=None)
@given(diagrams())
def test_one_scale_for_both_volumes_but_for_the_floor(drawn):
    input_shape, output_shape, _, diagram = drawn
    floor = 24
    scales = []
    for (height, width, _), slabs in (
        (input_shape, diagram.inputs),
        (output_shape, diagram.outputs),
    ):
        for side, length in (
            (height, slabs[0].matrix[3]),
            (width, slabs[0].matrix[0] / 0.74),
        ):
            assert length >= floor - 0.01
            if length > floor + 0.1:
                scales.append((length / side, 0.02 / side))
    low, high = min(s + e for s, e in scales or [(1, 0)]), max(s - e for s, e in scales or [(1, 0)])
    assert high <= low + 1e-9


@settings(deadline=None)
@given(diagrams())
def test_slabs_are_painted_from_the_left_and_the_chosen_one_is_free(drawn):
    _, _, k, diagram = drawn
    for slabs in (diagram.inputs, diagram.outputs):
        lefts = [slab.front[0][0] for slab in slabs]
        assert [slab.index for slab in slabs] == list(range(len(slabs)))
        assert all(b - a >= 1.2 for a, b in pairwise(lefts))
    chosen = diagram.outputs[k]
    if k + 1 < len(diagram.outputs):
        following = diagram.outputs[k + 1].front[0][0]
        assert following - chosen.front[1][0] >= 0.55 * chosen.matrix[0] - 0.02
    assert chosen.front[1][0] - chosen.front[0][0] == pytest.approx(9, abs=0.02)


def test_three_inputs_have_the_channels_colours():
    colours = ("red", "green", "blue")
    diagram = volumes((160, 160, 3), (160, 160, 5), 0, roles=colours)
    assert [slab.role for slab in diagram.inputs] == ["red", "green", "blue"]
    assert {slab.role for slab in diagram.outputs} == {"output"}
    assert [slab.href for slab in diagram.outputs[3:]] == ["output-3", "output-4"]
    assert diagram.inputs[2].href == "input-2"
    assert volumes((9, 9, 4), (9, 9, 1), 0).inputs[0].role == "input"


def test_labels():
    diagram = volumes((160, 107, 3), (80, 54, 2), 1)
    texts = {
        kind: [a.text for a in diagram.labels if a.kind == kind] for kind in ("title", "shape")
    }
    assert texts["title"] == ["Input feature maps", "Output feature maps"]
    assert texts["shape"] == ["160 × 107 × 3", "80 × 54 × 2"]


def test_crowded_outputs_number_a_few_and_the_chosen_one():
    for outputs, k in ((16, 0), (16, 5), (64, 31), (64, 63)):
        diagram = volumes((160, 160, 3), (160, 160, outputs), k)
        labels = [label for label in diagram.labels if label.kind == "index"]
        assert 3 <= len(labels) < outputs
        assert str(k) in {label.text for label in labels}
        places = sorted(label.x for label in labels)
        assert all(b - a >= 18 for a, b in pairwise(places))
    few = volumes((160, 160, 3), (160, 160, 3), 1)
    assert [label.text for label in few.labels if label.kind == "index"] == ["0", "1", "2"]


def test_a_strip_is_narrow_enough_for_a_phone():
    for outputs in (1, 5, 64):
        diagram = volumes((160, 160, 3), (160, 160, outputs), 0, wide=True)
        assert diagram.width == 344
        assert diagram.inputs[0].matrix[3] > 80
        named = "Output feature map" if outputs == 1 else "Output feature maps"
        (title,) = [a for a in diagram.labels if a.text == named]
        assert title.y < min(y for slab in diagram.outputs for _, y in slab.face)


def test_the_slabs_fill_the_stage():
    diagram = volumes((160, 160, 3), (160, 160, 5), 0)
    assert diagram.inputs[0].matrix[3] > 115
    assert max(x for slab in diagram.outputs for x, _ in slab.face) > 0.95 * diagram.width


@pytest.mark.parametrize("side", [1, 23, 160])
def test_a_strip_keeps_its_titles_clear_of_slabs_and_wedges(side):
    diagram = volumes((160, 160, 3), (side, side, 5), 0, wide=True)
    (title,) = [a for a in diagram.labels if a.text == "Input feature maps"]
    lowest = max(y for wedge in diagram.wedges for _, y in wedge.points)
    assert lowest < title.y - 15
    assert title.y + 17 < diagram.height


def test_inputs_of_another_group_have_no_wedge():
    diagram = volumes((9, 9, 3), (9, 9, 6), 2, feeding=(1,))
    assert [wedge.index for wedge in diagram.wedges] == [1]
    (left, top), (right, _) = diagram.outputs[2].front[:2]
    assert diagram.wedges[0].points[2:] == ((right, top), (left, top))


def test_a_stride_of_two_halves_the_slabs():
    diagram = volumes((160, 160, 3), (80, 80, 5), 0)
    assert diagram.inputs[0].matrix[3] == pytest.approx(2 * diagram.outputs[0].matrix[3], abs=0.02)


def test_corners_and_matrices_are_written_as_svg_has_them():
    slab = volumes((160, 160, 3), (160, 160, 1), 0).inputs[0]
    assert str(slab.face).split() == [f"{x},{y}" for x, y in slab.face]
    assert [float(number) for number in str(slab.matrix).split()] == list(slab.matrix)


def test_many_inputs_stand_close_and_lines_have_their_subtotals_widths():
    subtotals = tuple((-1) ** q * float(q) for q in range(45))
    drawn = volumes(
        (47, 47, 45),
        (47, 47, 1),
        0,
        low=True,
        subtotals=subtotals,
        strong=(0, 5),
        feeding=range(44),
    )
    assert not drawn.wedges
    assert [thread.index for thread in drawn.threads] == list(range(44))  # the thickest last
    assert drawn.threads[43].thick / drawn.threads[20].thick == pytest.approx(43 / 20, abs=0.01)
    assert [thread.sign for thread in drawn.threads[:3]] == ["nothing", "against", "for"]
    assert [slab.index for slab in drawn.inputs if slab.line == "strong"] == [0, 5]
    others = volumes((47, 47, 32), (47, 47, 45), 3, low=True, subtotals=subtotals[:32]).outputs
    assert [slab.line for slab in others] == ["thin"] * 3 + [""] + ["thin"] * 41
    for thread in drawn.threads:
        slab = drawn.inputs[thread.index]
        assert slab.front[3][0] < thread.ends[0][0] < slab.front[2][0]
        assert thread.ends[0][1] == slab.front[3][1]
        assert thread.ends[1][1] == drawn.outputs[0].front[0][1]
    four = volumes((9, 9, 4), (9, 9, 1), 0, subtotals=(1.0,) * 4)
    assert four.inputs[1].front[0][0] - four.inputs[0].front[0][0] == pytest.approx(9)


@pytest.mark.parametrize("outputs", [1, 45, 128])
@pytest.mark.parametrize("inputs", [3, 4, 45, 128])
def test_a_low_sheet_keeps_its_titles_clear_of_slabs(inputs, outputs):
    drawn = volumes((64, 64, inputs), (64, 64, outputs), outputs // 2, low=True)
    assert max(y for slab in drawn.outputs for _, y in slab.front) <= drawn.height
    first, shape, second, size = drawn.labels
    assert first.y == shape.y < min(y for slab in drawn.inputs for _, y in slab.top)
    assert shape.anchor == "end"
    assert shape.x - len(shape.text) * 7.25 >= first.x + 160  # the title's width in wide serifs
    assert second.x + len(size.text) * 7.25 <= drawn.outputs[0].front[0][0]
