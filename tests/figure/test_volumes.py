"""The volumes have a picture on every slab, in the page and in a file."""

import pytest

from multiconv.experiment.link import read
from multiconv.figure.channels import channels_of
from multiconv.figure.links import Links
from multiconv.figure.planes import Inline
from multiconv.figure.volumes import volumes_of
from tests.figure.test_channels import trace


@pytest.mark.parametrize("ranges", ["shared", "each"])
def test_every_slab_has_its_picture(app, ranges):
    tracer = app.extensions["multiconv"]
    trace = tracer.trace(read([("size", "24"), ("k", "2"), ("ranges", ranges)]))
    channels = channels_of(trace)
    linked = volumes_of(trace, channels, Links(trace.experiment, "b"))
    drawn = volumes_of(trace, channels, Inline(trace, tracer))
    names = [slab.href for slab in (*linked.column.inputs, *linked.column.outputs)]
    assert list(linked.faces) == list(drawn.faces) == names
    assert [slab.href for slab in (*linked.strip.inputs, *linked.strip.outputs)] == names
    assert all(linked.faces[name].startswith(f"/maps/{name}.png?") for name in names)
    assert all(face.startswith("data:image/png;base64,") for face in drawn.faces.values())


def test_of_many_outputs_only_the_chosen_has_a_picture_of_its_own(app):
    trace = app.extensions["multiconv"].trace(read([("size", "24"), ("outputs", "12"), ("k", "7")]))
    faces = volumes_of(
        trace, channels_of(trace), Links(trace.experiment, "b"), all_faces=False
    ).faces
    assert list(faces) == ["input-0", "input-1", "input-2", "output-7"]


def test_a_transposed_layer_has_a_beam_from_a_pixel_to_its_stamp(app):
    def beams(*pairs):
        trace = app.extensions["multiconv"].trace(read([("size", "24"), *pairs]))
        found = volumes_of(trace, channels_of(trace), Links(trace.experiment, "b"), low=True)
        return found.column, found.strip

    stamps = ("kind", "transposed"), ("kernel", "5x5"), ("strides", "2")
    for drawn in beams(*stamps, ("i", "20"), ("j", "20")):
        assert "stamp 5 × 5" in [label.text for label in drawn.labels]
        assert drawn.beam.faces == (drawn.inputs[-1].matrix, drawn.outputs[0].matrix)
        assert len({(label.x, label.y) for label in drawn.labels}) == len(drawn.labels)
    # Another group's slab stamps nothing on it.
    column, strip = beams(*stamps, ("filters", "depthwise"))
    assert column.beam.faces[0] == column.inputs[0].matrix
    assert strip.beam is None  # it would lead across the inputs' words
    assert [drawn.beam for drawn in beams()] == [None, None]
    # Stride 4 leaves pixels that no 3 × 3 stamp reaches.
    alone = ("kind", "transposed"), ("kernel", "3x3"), ("strides", "4"), ("padding", "0")
    assert beams(*alone, ("i", "3"), ("j", "3"))[0].beam is None


def test_channels_of_another_group_have_no_wedge(app):
    trace = app.extensions["multiconv"].trace(read([("size", "24"), ("filters", "depthwise")]))
    found = volumes_of(trace, channels_of(trace), Links(trace.experiment, "b"))
    assert [wedge.index for wedge in found.column.wedges] == [0]


def test_of_many_inputs_the_last_face_alone_is_fetched_and_rows_stand_out():
    found = volumes_of(many := trace(6), channels_of(many), Links(many.experiment, "b"), strong=[1])
    assert list(found.faces) == ["input-5", "output-0"]
    assert [slab.line for slab in found.column.inputs] == ["thin", "strong", *["thin"] * 4]
    added = [float(partial[many.pixel]) for partial in many.layer.partials]
    largest = found.column.threads[-1]
    assert abs(added[largest.index]) == max(map(abs, added))
    assert largest.sign == ("for" if added[largest.index] > 0 else "against")


def test_no_line_leads_from_an_input_that_is_left_out():
    many = trace(6, off=(2,))
    found = volumes_of(many, channels_of(many), Links(many.experiment, "b"))
    assert {thread.index for thread in found.column.threads} == {0, 1, 3, 4, 5}


def test_the_line_of_a_pooling_says_neither_for_nor_against(app):
    pairs = [("size", "24"), ("layers", "2"), ("layer", "2"), ("2.kind", "max_pool"), ("2.k", "3")]
    pooled = app.extensions["multiconv"].trace(read(pairs))
    found = volumes_of(pooled, channels_of(pooled), Links(pooled.experiment, "b"))
    assert [(thread.index, thread.sign) for thread in found.column.threads] == [(3, "nothing")]


def test_where_nothing_is_summed_many_stand_close_without_lines(app):
    pairs = [("size", "24"), ("layers", "2"), ("layer", "2"), ("if", "apart")]
    apart = app.extensions["multiconv"].trace(read(pairs))
    found = volumes_of(apart, channels_of(apart), Links(apart.experiment, "b"))
    assert len(found.column.inputs) == 5
    assert found.column.threads == found.column.wedges == ()
    assert {slab.line for slab in found.column.inputs} == {"thin"}
