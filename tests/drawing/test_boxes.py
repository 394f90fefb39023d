"""The row of volumes: how large boxes are, where they stand, and what runs through them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from multiconv.drawing.boxes import Stop, box_row

FACES = [
    (0, (400, 400, 3)),
    (1, (198, 198, 16)),
    (2, (97, 97, 32)),
    (3, (47, 47, 32)),
    (4, (47, 47, 45)),
    (5, (47, 47, 1)),
]


def row(width=1336.0, shapes=FACES, opened=5, **more):
    stops = [
        Stop(n, shape, (shape[0] / 4, shape[1] / 2), (0, 0, shape[0] / 2, shape[1]))
        if n < opened
        else Stop(n, shape, (shape[0] / 4, shape[1] / 2))
        for n, shape in shapes
    ]
    return box_row(stops, opened, width, **more)


def side(box):
    return box.front[3][1] - box.front[0][1]


def length(box):
    return box.front[1][0] - box.front[0][0]


def test_a_face_grows_with_the_root_of_the_side_within_bounds():
    found = [side(box) for box in row().boxes]
    assert found[0] / found[1] == pytest.approx((400 / 198) ** 0.5, abs=0.01)
    assert found[1] / found[2] == pytest.approx((198 / 97) ** 0.5, abs=0.01)
    assert found[3] == 40
    large = row(shapes=[(0, (1024, 1024, 3)), (1, (1, 1, 1))], opened=1)
    assert [side(box) for box in large.boxes] == [110, 40]


def test_lengths_are_logarithms_of_the_channels():
    photo, first, *_ = row().boxes
    assert length(photo) == pytest.approx(26, abs=0.01)
    assert length(first) / length(photo) == pytest.approx(2.0437, abs=0.001)  # log2 17 / log2 4


def test_a_flat_map_has_a_flat_face():
    box = row(shapes=[(0, (100, 200, 3)), (1, (50, 100, 1))], opened=1).boxes[0]
    across = (box.face[1][0] - box.face[0][0]) / 0.84
    assert side(box) / across == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("width", [1336.0, 736.0, 336.0])
@pytest.mark.parametrize("count", [2, 8, 17])
def test_boxes_stand_apart_within_the_width(width, count):
    shapes = [(n, (64, 64, 64)) for n in range(count)]
    found = row(width, shapes, count - 1)
    assert found.boxes[0].front[0][0] >= 0
    assert found.boxes[-1].face[1][0] <= width
    for before, after in zip(found.boxes, found.boxes[1:], strict=False):
        assert after.front[0][0] - before.face[1][0] >= 11.9
    words = [point[1] for box in found.boxes for point in (box.word, box.size) if point]
    assert max(words) < found.height


def test_words_beyond_the_last_box_have_room():
    found = row(736.0, tail=200.0)
    assert found.boxes[-1].word[0] + 80 <= found.tail[0]
    assert found.tail[0] + 190 <= 736


def test_words_of_one_line_do_not_touch():
    stops = [Stop(n, (64, 64, 3), words=140.0) for n in range(5)]
    lefts = [box.word[0] for box in box_row(stops, 4, 1336.0).boxes]
    assert all(after - before >= 160 for before, after in pairwise(lefts))


def test_words_take_two_lines_where_boxes_stand_close():
    assert all(box.size is None for box in row().boxes)
    crowded = row(736.0, [(n, (64, 64, 64)) for n in range(17)], 16)
    assert all(box.size for box in crowded.boxes)
    assert not any(box.way for box in crowded.boxes)


def test_the_bar_runs_through_all_channels_at_the_spot():
    box = row().boxes[1]
    (left, _), (right, _) = box.bar[:2]
    assert right - left == pytest.approx(length(box), abs=0.02)
    # Half of the way across the face, a quarter of the way down.
    (x, y), (far, up), _, (_, foot) = box.face
    assert right == pytest.approx((x + far) / 2, abs=0.02)
    assert sum(at for _, at in box.bar) / 4 == pytest.approx(
        (y + up) / 2 + (foot - y) / 4, abs=0.02
    )


def test_a_field_is_cut_at_the_map_and_never_too_small_to_see():
    outside = Stop(0, (400, 400, 3), (0, 0), (-50, -50, 100, 100))
    tiny = Stop(1, (400, 400, 3), (0, 0), (200, 200, 1, 1))
    cut, seen = box_row([outside, tiny, Stop(2, (400, 400, 1), (0, 0))], 2, 1336.0).boxes[:2]
    assert cut.field[0] == cut.face[0]
    assert seen.field[3][1] - seen.field[0][1] > 3


def test_the_picture_lies_on_the_face():
    for box in row().boxes:
        a, b, c, d, e, f = box.matrix
        corners = [(e, f), (a + e, b + f), (a + c + e, b + d + f), (c + e, d + f)]
        assert corners == [pytest.approx(corner, abs=0.05) for corner in box.face]


def test_sight_leads_from_field_to_field_and_a_wedge_into_the_opened_bar():
    found = row(opened=4)
    assert set(found.sight) == {1, 2, 3}
    near, far = found.wedge
    field, bar = found.boxes[3].field, found.boxes[4].bar
    assert near == (field[1], bar[0], bar[3], field[2])
    assert far.startswith("M{:g} {:g}L".format(*field[0]))
    assert row(opened=0).wedge is None


def test_left_out_boxes_are_told():
    found = row(336.0, [FACES[0], FACES[3], FACES[4]], 4)
    assert len(found.skips) == 1
    assert set(found.sight) == set()


GENERATOR = [
    (1, (4, 4, 128)),
    (2, (8, 8, 64)),
    (3, (16, 16, 32)),
    (4, (32, 32, 16)),
    (5, (64, 64, 3)),
]


def generator(width=1066.0, opened=5):
    stops = [Stop(0, (1, 1, 100), None, (0, 0, 1, 1) if opened == 1 else None, line=True)]
    for n, shape in GENERATOR:
        field = (0, 0, shape[0] / 2, shape[1]) if n < opened else None
        stops.append(Stop(n, shape, (shape[0] / 4, shape[1] / 2), field))
    return box_row(stops, opened, width)


@pytest.mark.parametrize(("width", "longest"), [(1066.0, 150), (736.0, 110), (336.0, 110)])
def test_a_row_of_maps_that_grow_begins_with_a_line_as_tall_as_its_tallest_box(width, longest):
    line, *boxes = generator(width).boxes
    scale = side(boxes[-1]) / longest
    assert scale == pytest.approx(1) if width > 700 else scale < 1
    assert side(boxes[-1]) / side(boxes[-2]) == pytest.approx(2**0.5, abs=0.01)
    assert side(boxes[0]) / scale == pytest.approx(40, abs=0.1)
    assert line.line
    assert not any(box.line for box in boxes)
    assert line.face == line.front
    assert line.face[0][1] == pytest.approx(boxes[-1].top[0][1], abs=0.02)
    assert line.face[2][1] == pytest.approx(boxes[-1].front[2][1], abs=0.02)
    assert boxes[-1].face[1][0] <= width


def test_an_arrow_or_a_wedge_leads_from_the_line_to_the_first_box():
    shown = generator()
    assert shown.arrow
    assert shown.wedge is not None
    (start, *_), first = shown.arrow[1:].split("L"), shown.boxes[1]
    assert shown.boxes[0].face[1][0] < float(start.split()[0]) < first.front[0][0]
    opened = generator(opened=1)
    assert not opened.arrow
    assert opened.wedge[0][0] == opened.boxes[0].face[1]
    assert opened.wedge[0][3] == opened.boxes[0].face[2]
