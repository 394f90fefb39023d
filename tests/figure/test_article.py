"""The article's links answer, and what its text says of each is so."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest

from multiconv.experiment.link import to_query
from multiconv.experiment.model import Experiment, Source
from multiconv.figure.article import TRIES, article, try_of
from multiconv.figure.links import page_link


class Page(HTMLParser):
    """The links, headings, ids and images of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.headings, self.ids, self.images = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "a":
            self.links.append(said)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.images.append(said)


def test_every_try_link_of_the_article_answers_200_and_is_canonical(client):
    page = Page(client.get("/").get_data(as_text=True))
    addresses = {link["href"] for link in page.links if link.get("class") == "try"}
    assert addresses == set(article(Source()).tries.values())
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert 'role="alert"' not in answer.get_data(as_text=True), address


def test_links_keep_the_persons_picture_but_for_the_cards_they_speak_of():
    there = article(Source("sample:cat", 96)).tries
    assert "image=sample:cat" in there["bias"]
    assert "size=96" in there["bias"]
    assert "image=sample:edge" in there["colour-edge"]
    assert "sample:cat" not in there["colour-edge"]


@pytest.mark.parametrize(
    "source",
    [Source(), Source("sample:cat", 96), Source("sample:edge", None), Source("a" * 64, 240)],
)
def test_every_link_is_written_as_its_experiment_is(source):
    told = article(source).tries
    for name in TRIES:
        assert told[name] == page_link(try_of(name, Experiment(source=source))), name


def test_headings_are_in_order_and_ids_stand_once(client):
    for address in ("/", "/filters", "/weights"):
        text = client.get(address).get_data(as_text=True)
        page = Page(text[text.index("<main") :])
        assert page.headings[0] == 1
        assert page.headings.count(1) == 1
        steps = zip(page.headings, page.headings[1:], strict=False)
        assert all(after - before <= 1 for before, after in steps), address
        assert len(page.ids) == len(set(page.ids)), address
        assert all(image.get("alt") for image in page.images), address


def test_links_within_the_page_lead_somewhere(client):
    page = Page(client.get("/").get_data(as_text=True))
    within = {link["href"][1:] for link in page.links if link.get("href", "").startswith("#")}
    assert within <= set(page.ids)


@pytest.mark.parametrize("address", ["/", "/?told=resized,moved,rounded", "/filters", "/weights"])
def test_words_hold_on_any_paper_for_fingers_and_without_scripts(client, address):
    text = re.sub(r'<(\w+)[^>]*class="live-only".*?</\1>', "", client.get(address).text, flags=re.S)
    for untrue in ("drawn dark", "Move over", "hover", "mouse", "arrow keys", "Back undoes"):
        assert untrue not in text, untrue


def test_the_article_answers_every_question_people_ask(client):
    text = client.get("/").get_data(as_text=True)
    for name in (
        *("summed-or-averaged", "same-kernel", "how-many-kernels", "nine-or-27", "not-in-colour"),
        *("depthwise", "one-by-one-kernels", "correlation", "same-stride-two", "shrank"),
        *("negative", "bias-once", "batches", "sixteen-from-32", "pooling", "dead-maps"),
        *("frames", "batch-normalisation", "any-size", "enlarges", "stamped-sum"),
        *("output-padding", "chequerboards", "stamped-frames", "adjoint", "z", "bgr", "layouts"),
        *("groups", "two-or-three-d", "learns", "gradient", "rotated"),
    ):
        assert f'<section id="{name}"><h3>' in text


def test_one_channel_alone_is_the_output(traced):
    trace = traced("one-channel")
    red, green, blue = trace.layer.partials
    assert not green.any()
    assert not blue.any()
    np.testing.assert_array_equal(trace.layer.output, red)
    assert np.abs(red).max() > 0.5


def test_the_opening_kernels_differ_and_white_cancels(traced):
    layer = traced("opening").layer
    kernels = [layer.filters[..., q] for q in range(3)]
    assert (kernels[0] > 0).all()
    assert (kernels[1] < 0).all()
    assert (kernels[2] <= 0).all()
    assert not any(np.array_equal(kernels[a], kernels[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    assert sum(kernel.sum() for kernel in kernels) == pytest.approx(0, abs=1e-12)


def test_the_white_collar_cancels_and_the_orange_suit_does_not(traced):
    trace = traced("opening")
    white = trace.levels.min(axis=2) > 225
    around = np.lib.stride_tricks.sliding_window_view(white, (3, 3)).all(axis=(2, 3))
    rows, columns = np.nonzero(around)
    red, green, blue = (partial[rows + 1, columns + 1] for partial in trace.layer.partials)
    assert red.size > 100
    assert red.min() > 0.85 * trace.range
    assert np.abs(red + green + blue).max() < 0.05 * trace.range
    assert trace.layer.output[trace.pixel] > 0.5 * trace.range


def test_the_text_says_of_the_opening_kernels_what_they_are(client, traced):
    text = client.get("/").get_data(as_text=True)
    assert "red’s weights are positive, green’s and blue’s are negative or zero" in text
    blue = traced("opening").layer.filters[..., 2]
    assert (blue == 0).any()
    assert (blue < 0).any()


def test_of_the_trained_filters_many_have_kernels_alike_and_some_set_colours_apart():
    filters = try_of("trained", Experiment()).layer.filters().reshape(49, 3, 32)
    alike = [np.corrcoef(filters[..., k].T)[np.triu_indices(3, 1)] for k in range(32)]
    assert sum(found.min() > 0.75 for found in alike) >= 16
    assert any(found[1] < -0.7 and found[1] < min(found[0], found[2]) for found in alike)
    red, green, blue = filters.sum(axis=0)
    assert ((red > 0.1) & (green < -0.1) & (blue > 0.1)).any()  # magenta against green


def test_silencing_green_changes_one_partial_and_the_sum(traced):
    before, after = traced("opening").layer, traced("without-green").layer
    np.testing.assert_array_equal(before.partials[0], after.partials[0])
    np.testing.assert_array_equal(before.partials[2], after.partials[2])
    assert not after.partials[1].any()
    np.testing.assert_allclose(before.sum - after.sum, before.partials[1], atol=1e-6)


def test_the_bias_lifts_the_output_once(traced):
    before, after = traced("opening").layer, traced("bias").layer
    np.testing.assert_allclose(after.output - before.output, 0.5, atol=1e-6)
    for q in range(3):
        np.testing.assert_array_equal(before.partials[q], after.partials[q])


def test_another_output_exchanges_all_three_kernels(traced):
    before, after = traced("opening"), traced("greenness")
    for q in range(3):
        assert not np.array_equal(before.layer.filters[..., q], after.layer.filters[..., q])
    np.testing.assert_array_equal(before.levels, after.levels)


def test_sixteen_outputs_have_48_kernels():
    filters = try_of("sixteen", Experiment()).layer.filters()
    assert filters.shape == (3, 3, 3, 16)
    assert filters.shape[2] * filters.shape[3] == 48


def test_one_output_pixel_takes_27_products(traced):
    found = traced("opening").probe(80, 80)
    assert sum(channel.products.size for channel in found.channels) == 27


def test_in_the_corner_the_window_hangs_over_the_edge(traced):
    trace = traced("corner")
    found = trace.probe(*trace.pixel)
    assert trace.pixel == (0, 0)
    assert (found.rows[0], found.cols[0]) == (-1, -1)
    assert not found.channels[0].values[0].any()


def test_stride_padding_and_dilation_do_what_the_text_says(traced):
    assert traced("stride").layer.geometry.output_size == (80, 80)
    assert traced("valid").layer.geometry.output_size == (158, 158)
    rows = traced("dilation", i=80, j=80).probe(80, 80).rows
    assert rows[-1] - rows[0] + 1 == 9


def test_same_with_stride_two_pads_the_end(traced):
    trace = traced("stride-corner")
    last, first = trace.probe(*trace.pixel), trace.probe(0, 0)
    assert trace.layer.geometry.pads == ((0, 1), (0, 1))
    assert last.rows == (158, 159, -1)
    assert first.rows == (0, 1, 2)


@pytest.mark.parametrize("k", [0, 1])
def test_the_sum_over_an_edge_in_colour_alone_is_empty_to_its_border(traced, k):
    trace = traced("luminance-edge", k=k)
    red, green, blue = trace.layer.partials
    assert np.abs(red).max() > trace.range / 2
    assert np.abs(green + red).max() < 0.01 * trace.range
    assert 0 < np.abs(blue).max() < 0.01 * trace.range  # too faint to be seen
    assert np.abs(trace.layer.output).max() < 1e-5
    assert not trace.clipped[-1].below + trace.clipped[-1].above


@pytest.mark.parametrize("k", [0, 1])
def test_the_rim_alone_stands_out_of_red_minus_green(traced, k):
    trace = traced("colour-edge", k=k)
    output, shade = np.abs(trace.layer.output), trace.levels.astype(int)[..., 0]
    flat = np.ones(output.shape, bool)
    for axis in (0, 1):
        for step in (-1, 1):
            flat &= shade == np.roll(shade, step, axis)
    assert output.max() > trace.range / 2
    assert output[[0, -1]].max() < 1e-5
    assert output[:, [0, -1]].max() < 1e-5
    assert flat[output > trace.range / 4].mean() < 0.01


def test_the_mean_is_the_sum_over_three(traced):
    summed, mean = traced("shared").layer, traced("mean").layer
    np.testing.assert_allclose(mean.output, summed.output / 3, atol=1e-6)


def test_one_kernel_for_all_sees_only_the_total(traced):
    trace = traced("shared")
    total = trace.levels.astype(np.float64).sum(axis=2) / 255
    window = total[79:82, 79:82]
    soft = np.array([[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]])
    assert trace.layer.output[80, 80] == pytest.approx((window * soft).sum(), abs=1e-5)


def test_three_filters_hand_the_channels_on(traced):
    for k in range(3):
        trace = traced("channels-again", k=k)
        np.testing.assert_allclose(trace.layer.output, trace.levels[..., k] / 255, atol=1e-6)


def test_depthwise_outputs_are_the_partials(traced):
    for k in range(3):
        apart = traced("depthwise", k=k).layer
        together = traced("opening", k=k).layer
        np.testing.assert_allclose(apart.output, together.partials[k], atol=1e-6)
        assert [q for q in range(3) if apart.partials[q] is not None] == [k]


def test_one_by_one_is_only_the_sum(traced):
    trace = traced("one-by-one")
    grey = trace.levels @ np.array([0.299, 0.587, 0.114]) / 255
    np.testing.assert_allclose(trace.layer.output, grey, atol=1e-6)


def test_a_turned_edge_finder_gives_opposite_signs(traced):
    straight, turned = traced("signed").layer, traced("flipped").layer
    np.testing.assert_allclose(turned.output, -straight.output, atol=1e-5)


def test_relu_comes_after_the_sum(traced):
    layer = traced("relu").layer
    assert layer.sum.min() < 0
    assert layer.output.min() == 0
    np.testing.assert_array_equal(layer.output, np.maximum(layer.sum, 0))
    early = sum(np.maximum(partial, 0) for partial in layer.partials)
    assert np.abs(early - layer.output).max() > 0.1


def test_the_trained_filters_are_named_for_what_they_are(client, traced):
    assert traced("trained").layer.filters.shape == (7, 7, 3)
    for address in ("/", "/filters", "/?filters=dlib", "/stage.svg?filters=dlib"):
        text = client.get(address).get_data(as_text=True)
        assert "trained on faces, from photographs collected for research" in text
    figure = client.get("/?filters=dlib").get_data(as_text=True).partition("<article")[0]
    assert "photographs collected for research" in figure


def test_a_second_layer_takes_what_the_first_puts_out_and_has_random_weights(traced):
    first, second = try_of("two-layers", Experiment()).layers
    assert (first.activation, second.bank) == ("relu", "random")
    trace = traced("two-layers")
    assert trace.inputs.shape == (160, 160, 5)
    assert trace.inputs.min() == 0
    np.testing.assert_allclose(
        trace.inputs[..., 1], np.maximum(traced("greenness").layer.output, 0), atol=1e-6
    )


def seen(shapes):
    """How many rows and columns of the picture the middle of the last map is made of, in loops."""
    counts = []
    for axis in (0, 1):
        places = {shapes[-1].output_size[axis] // 2}
        for shape in reversed(shapes):
            first = [at * shape.strides[axis] - shape.pads[axis][0] for at in places]
            places = {at + tap for at in first for tap in range(shape.kernel_size[axis])}
        assert max(places) - min(places) + 1 == len(places)
        counts.append(len(places))
    return tuple(counts)


@pytest.mark.parametrize(
    ("name", "side"),
    [("two-layers", 5), ("stride-first", 7), ("pooled-between", 8), ("faces", 189)],
)
def test_a_number_sees_as_many_pixels_as_the_text_says(client, traced, name, side):
    assert seen(traced(name).shapes) == (side, side)
    figure = client.get(page_address(name)).get_data(as_text=True).partition("<article")[0]
    assert f"{side} × {side} pixels" in figure


def page_address(name):
    return f"/?{to_query(try_of(name, Experiment()))}"


def test_each_layer_of_the_face_network_sees_what_the_text_says(client, traced):
    shapes = traced("faces").shapes
    sides = [seen(shapes[:n])[0] for n in range(1, 8)]
    assert sides == [5, 13, 29, 61, 93, 125, 189]
    text = client.get("/").get_data(as_text=True)
    assert "5 × 5 pixels in the first layer, then 13, 29, 61, 93 and 125" in text


def test_the_numbers_of_each_layer_are_counted_as_in_its_file(client, traced):
    file = files("multiconv.networks").joinpath("data", "face_detector.npz")
    with np.load(file) as arrays:
        counts = [arrays[f"conv{n}.weight"].size + arrays[f"conv{n}.bias"].size
                  for n in range(1, 8)]  # fmt: skip
    assert counts[3] == 5 * 5 * 32 * 45 + 45
    text = client.get("/").get_data(as_text=True)
    told = [f"{count:,}" for count in counts]
    assert f"{', '.join(told[:-1])} and {told[-1]}, together {sum(counts):,}" in text
    assert sum(counts) == 180_711 < traced("faces-four").experiment.source.size ** 2 * 3
    own = try_of("two-layers", Experiment()).layers
    assert 'data-own="parameters">140 = 3·3·3·5 + 5</b>' in text
    assert [each.filters().size + len(each.bias) for each in own] == [140, 184]


def test_sixteen_maps_from_32_have_512_kernels_and_16_biases(traced):
    trace = traced("sixteen-from-32")
    kernels = trace.experiment.layer.filters().reshape(9, -1)
    assert kernels.shape[1] == 512
    assert np.unique(kernels, axis=1).shape[1] == 512
    assert len(trace.experiment.layer.bias) == 16
    assert len(trace.layer.partials) == 32


def test_at_the_face_45_subtotals_come_to_what_the_text_says(client, traced):
    trace = traced("faces")
    subtotals = np.array([each.subtotal for each in trace.probe(*trace.pixel).channels])
    bias = trace.experiment.layer.bias[0]
    assert subtotals.size == 45
    assert subtotals[subtotals > 0].sum() == pytest.approx(2.576, abs=2e-3)
    assert subtotals[subtotals < 0].sum() == pytest.approx(-1.257, abs=2e-3)
    assert subtotals.sum() + bias == pytest.approx(1.072, abs=2e-3)
    assert trace.layer.output[trace.pixel] == trace.layer.output.max()
    assert "+2.58, those against to −1.26, the bias is −0.25" in client.get("/").text


def test_without_four_channels_no_pixel_is_above_zero(traced):
    assert traced("faces-silenced").layer.output.max() == pytest.approx(-0.22, abs=5e-3)


def test_the_face_is_found_at_400_and_512_pixels_and_not_at_160(traced):
    found = [traced(name).layer.output.max() for name in ("faces", "faces-large", "faces-small")]
    assert found == pytest.approx([1.07, 1.06, -1.24], abs=5e-3)


def test_of_the_face_networks_maps_none_is_empty_and_half_is_zero(app, traced):
    tracer, experiment = app.extensions["multiconv"], traced("faces-six").experiment
    maps = [tracer.outputs_of(experiment, n) for n in range(1, 7)]
    assert sum(each.shape[2] for each in maps) == 215
    assert all(each.max(axis=(0, 1)).min() > 0 for each in maps)
    assert 0.4 < np.mean([(each == 0).mean() for each in maps]) < 0.6


def test_a_pooling_hands_on_the_largest_of_four_of_each_channel(traced):
    for k in range(5):
        trace = traced("pooled", k=k)
        squares = trace.inputs[..., k].reshape(80, 2, 80, 2)
        np.testing.assert_array_equal(trace.layer.output, squares.max(axis=(1, 3)))


def test_a_dead_map_adds_nothing_to_any_output_behind_it(traced):
    for k in range(4):
        trace = traced("dead", k=k)
        assert not trace.inputs[..., 0].any()
        assert trace.inputs[..., 1].any()
        assert not trace.layer.partials[0].any()
    kernels = [try_of("dead", Experiment()).layers[0].kernel(q, 0) for q in range(3)]
    assert sum(kernel.clip(min=0).sum() for kernel in kernels) == pytest.approx(1)


def test_two_layers_of_3_by_3_have_a_frame_of_two_pixels(traced):
    framed, free = traced("two-layers").layer.output, traced("unframed").layer.output
    assert free.shape == (156, 156)
    np.testing.assert_allclose(framed[2:-2, 2:-2], free, atol=1e-6)
    # The third row in from the edge is the first that no window over the edge has a part in.
    alike = np.isclose(framed, np.pad(free, 2, "edge"), atol=1e-6)
    assert not alike[[0, 1, -2, -1]].all(axis=1).any()


def test_folded_weights_make_what_batch_normalisation_makes_of_the_sum(traced):
    mean, deviation = 0.25, 0.5
    normal = (traced("opening").layer.sum - mean) / deviation
    np.testing.assert_allclose(traced("folded").layer.output, normal, atol=1e-5)


def test_two_layers_work_on_any_size_with_the_same_weights(traced):
    small, large = traced("small"), traced("large")
    assert (small.layer.output.shape, large.layer.output.shape) == ((96, 96), (240, 240))
    assert small.experiment.layers == large.experiment.layers


def test_a_stack_stands_at_its_own_size_over_a_picture_that_is_shown_whole():
    there = article(Source("sample:cat", None)).tries
    assert "image=sample:cat" in there["two-layers"]
    assert "size" not in there["two-layers"]
    assert "size=full" in there["bias"]
    assert "image" not in there["faces"]


def test_the_face_network_is_named_for_what_it_is(client):
    assert (
        "trained on faces in photographs that were collected for research" in client.get("/").text
    )


def test_each_input_pixel_stamps_two_pixels_further(traced):
    red = traced("stamped-alone").inputs[..., 0] / 255
    assert red.shape == (96, 96)
    alone, blocks = traced("stamped-alone").layer.output, traced("stamped-blocks").layer.output
    expected = np.zeros((192, 192))
    for row in range(96):
        for column in range(96):
            expected[2 * row, 2 * column] = red[row, column]
    np.testing.assert_allclose(alone, expected, atol=1e-6)
    np.testing.assert_allclose(blocks, red.repeat(2, axis=0).repeat(2, axis=1), atol=1e-6)


def test_stamps_are_summed_over_16_maps_by_48_kernels_into_three(traced):
    torch = pytest.importorskip("torch")
    trace = traced("emoji")
    filters = trace.experiment.layer.filters()
    assert filters.shape == (5, 5, 16, 3)
    assert len(trace.experiment.layer.bias) == 3
    x = torch.from_numpy(np.float64(trace.inputs.transpose(2, 0, 1)[None]))
    weight = torch.from_numpy(np.float64(filters.transpose(2, 3, 0, 1)))
    bias = torch.tensor(trace.experiment.layer.bias, dtype=torch.float64)
    how = {"stride": 2, "padding": 2, "output_padding": 1}
    found = torch.tanh(torch.nn.functional.conv_transpose2d(x, weight, bias, **how))[0]
    for k in range(3):
        layer = traced("emoji", k=k).layer
        np.testing.assert_allclose(layer.output, found[k], atol=1e-5)
        assert len(layer.partials) == 16
        total = sum(layer.partials) + trace.experiment.layer.bias[k]
        np.testing.assert_allclose(layer.sum, total, atol=1e-5)


def test_4_by_4_by_128_are_sums_of_100_kernels_each_times_its_number(traced):
    trace = traced("emoji-first")
    z, filters = trace.inputs.ravel(), trace.experiment.layer.filters()
    assert trace.inputs.shape == (1, 1, 100)
    assert filters.shape == (4, 4, 100, 128)
    assert filters.size == 204_800
    for k in (0, 42, 127):
        total = np.full((4, 4), trace.experiment.layer.bias[k])
        for q in range(100):
            total += z[q] * filters[:, :, q, k]
        found = traced("emoji-first", k=k).layer.output
        np.testing.assert_allclose(found, np.maximum(total, 0), atol=1e-5)


def test_the_boxes_have_the_sizes_that_the_text_gives(client, traced):
    boxes = [(*shape.output_size, layer.outputs)
             for shape, layer in zip(traced("emoji").shapes, traced("emoji").experiment.layers,
                                     strict=True)]  # fmt: skip
    assert boxes == [(4, 4, 128), (8, 8, 64), (16, 16, 32), (32, 32, 16), (64, 64, 3)]
    text = client.get("/").get_data(as_text=True)
    for box in boxes:
        assert " × ".join(map(str, box)) in text[text.index('<section id="boxes">') :]


def test_output_padding_says_which_of_two_sizes_is_meant(traced):
    torch = pytest.importorskip("torch")
    how = {"stride": 2, "padding": 1}
    weight = torch.ones(1, 1, 3, 3)
    for size, extra in ((95, 0), (96, 1)):
        small = torch.nn.functional.conv2d(torch.ones(1, 1, size, size), weight, **how)
        back = torch.nn.functional.conv_transpose2d(small, weight, output_padding=extra, **how)
        assert (small.shape[2:], back.shape[2:]) == ((48, 48), (size, size))
    assert traced("emoji-second").layer.output.shape == (8, 8)
    assert traced("emoji-sevens").layer.output.shape == (7, 7)
    alike = traced("emoji-second").layer.output[:7, :7]  # it pads: the rest is the same
    np.testing.assert_allclose(traced("emoji-sevens").layer.output, alike, atol=1e-6)
    assert traced("emoji-second").layer.sum[7].any()


def stamped(x, kernel, padding, extra):
    """A map stamped two pixels apart, in plain loops."""
    side = len(kernel)
    full = np.zeros([2 * (n - 1) + side + extra for n in x.shape])
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            full[2 * row : 2 * row + side, 2 * column : 2 * column + side] += (
                x[row, column] * kernel
            )
    return full[padding : len(full) - padding, padding : len(full) - padding]


def test_ones_make_a_chequerboard_and_1_2_2_2_1_is_flat_but_for_a_frame(traced):
    ones, line = np.ones((24, 24)), np.array([1, 2, 2, 2, 1])
    flat = np.outer(line, line) / 16
    tries = (("chequered", np.ones((5, 5)), 2, 1), ("flat", flat, 2, 1), ("frameless", flat, 3, 0))
    outputs = {}
    for name, kernel, padding, extra in tries:
        trace = traced(name)
        np.testing.assert_array_equal(trace.inputs[..., 0], ones)
        found = outputs[name] = trace.layer.output
        np.testing.assert_allclose(found, stamped(ones, kernel, padding, extra), atol=1e-6)
    chequered = outputs["chequered"]
    assert chequered.shape == (48, 48)
    assert chequered[20:22, 20:22].tolist() == [[9, 6], [6, 4]]
    np.testing.assert_allclose(outputs["flat"][1:-2, 1:-2], 1, atol=1e-6)
    frame = np.ones((48, 48), bool)
    frame[1:-2, 1:-2] = False
    assert outputs["flat"][frame].max() < 0.8
    assert outputs["frameless"].shape == (45, 45)
    np.testing.assert_allclose(outputs["frameless"], 1, atol=1e-6)
    four = stamped(ones, np.ones((4, 4)), 1, 0)
    assert (four[1:-1, 1:-1] == 4).all()


def test_what_comes_back_obeys_the_law_of_the_adjoint(traced):
    first = traced("there-and-back", layer=1)
    x, small = first.inputs / 255, np.float64(first.layer.output)
    back = np.stack([traced("there-and-back", k=k).layer.output for k in range(3)], axis=2)
    assert (small.shape, back.shape) == ((48, 48), (96, 96, 3))
    assert (x * back).sum() == pytest.approx((small**2).sum(), rel=1e-5)
    assert np.abs(x - back).max() > 0.1
    torch = pytest.importorskip("torch")
    leaf = torch.from_numpy(x.transpose(2, 0, 1)[None].copy()).requires_grad_()
    filters = first.experiment.layers[0].filters().transpose(3, 2, 0, 1)
    padded = torch.nn.functional.pad(leaf, (0, 1, 0, 1))
    again = torch.nn.functional.conv2d(padded, torch.from_numpy(np.float64(filters)), stride=2)
    (again**2 / 2).sum().backward()
    np.testing.assert_allclose(leaf.grad[0].permute(1, 2, 0), back, atol=1e-5)


def test_every_link_is_used_by_the_text(client):
    text = client.get("/").get_data(as_text=True)
    for name in TRIES:
        query = to_query(try_of(name, Experiment())).replace("&", "&amp;")
        assert f'href="/{"?" if query else ""}{query}"' in text, name


def test_the_figure_in_small_adds_up_too(client):
    def small(address):
        text = client.get(address).get_data(as_text=True)
        aside = re.search(r'<aside class="companion.*?</aside>', text, re.DOTALL)[0]
        return " ".join(re.sub(r"<[^>]+>", " ", aside).split())

    assert small("/") == "Red adds + Green adds + Blue adds = output 0 ↑ the figure"
    assert small("/?network=faces") == (
        "0 adds, colour × 10 + 1 adds, colour × 10 + 5 adds, colour × 10 + "
        "36 adds, colour × 10 + the other 41 + −0.2473 = "
        "output 0 ↑ the figure"
    )
    assert small(page_address("pooled")).count("+") == 0
