"""The drawings of one row of pixels say what the geometry says."""

from multiconv.drawing.ribbon import CELL, strip, strips


def test_the_four_drawings():
    same, valid, stride, dilation = strips()
    assert [cell.kind for cell in same.inputs] == ["pad", *["pixel"] * 6, "pad"]
    assert (len(same.outputs), len(valid.outputs)) == (6, 4)
    assert [cell.kind for cell in stride.inputs] == [*["pixel"] * 6, "pad"]
    assert (len(stride.outputs), len(dilation.outputs)) == (3, 2)


def test_taps_lead_from_the_middle_of_a_pixel_to_the_output_under_their_window():
    drawing = strip("", 6, 3, stride=2, chosen=1)
    middles = [cell.x + CELL / 2 for cell in drawing.inputs]
    chosen = [tap for tap in drawing.taps if tap.chosen]
    assert [middles.index(tap.x1) for tap in chosen] == [2, 3, 4]
    assert {tap.x2 for tap in chosen} == {middles[3]}
    assert drawing.outputs[1].x + CELL / 2 == middles[3]


def test_dilated_taps_leave_pixels_out():
    drawing = strip("", 6, 3, padding="VALID", dilation=2)
    middles = [cell.x + CELL / 2 for cell in drawing.inputs]
    assert [middles.index(tap.x1) for tap in drawing.taps[:3]] == [0, 2, 4]
    assert drawing.words == "6 input pixels, pads 0 before and 0 after, 2 outputs"
