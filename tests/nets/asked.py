"""What the nets ask: links, broken links, pages, edits and experiments, the same each time.

Only recording calls this; the tests read what was asked from the data.
"""

from __future__ import annotations

from random import Random
from urllib.parse import urlencode

from tests.nets.reach import BANK, PICTURE

Pairs = list[tuple[str, str]]

BANKS = {
    "redness": (3, 3, 5), "blue-yellow": (3, 3, 4), "luminance-edges": (3, 3, 4),
    "red-green-edges": (3, 3, 3), "one-channel": (3, 3, 3), "mixes": (1, 1, 7),
    "opponent": (5, 5, 6), "gabors": (7, 7, 12), "depthwise": (3, 3, 6), "dlib": (7, 7, 32),
}  # fmt: skip
"""Every bank with its rows, columns and outputs."""
KERNELS = (
    *("identity", "soft", "box", "gaussian", "sharpen", "emboss", "outline", "laplacian", "plus"),
    *("sobel-x", "sobel-y", "zero", "shift", "ridge", "prewitt-x", "prewitt-y", "scharr-x"),
    *("scharr-y", "roberts-1", "roberts-2", "box-5", "gaussian-5", "unsharp"),
)
CALLS = (
    *("gaussian(1.5)", "gaussian( 2 )", "gaussian(0.20)", "gabor(45,6)", "gabor(-30.50, 8)"),
    *("gabor(+90,4)", "motion(0)", "motion(33.3)", "motion(-45)", "random(7)", "random(007)"),
    *("random(999999)", " gabor(0,2) "),
)
SAMPLES = ("portrait", "coffee", "cat", "discs", "edge", "gratings")
MODES = ("zeros", "reflect", "replicate", "circular")
ACTIVATIONS = ("identity", "relu", "leaky", "sigmoid", "tanh", "gelu")


def _number(rng: Random) -> str:
    """Return a number in one of the ways in which people write them."""
    value = rng.choice([rng.uniform(-2, 2), rng.uniform(-20, 20), rng.randint(-9, 9)])
    ways = (
        lambda: f"{value:.2f}", lambda: f"{value:.1f}".replace("-", "−"), lambda: f"{value:.3g}",
        lambda: f" {value:.2f} ", lambda: f"{value:+.1f}", lambda: f"{value:.2e}",
        lambda: f"{rng.randint(-9, 9)}.", lambda: f".{rng.randint(1, 99)}", lambda: "-0",
        lambda: str(rng.choice([1000000, -1000000, "1e6", "−1e-7", "000.5", "0.1", "1e-30"])),
    )  # fmt: skip
    return rng.choice(ways[:4] if rng.random() < 0.8 else ways)()


def _whole(rng: Random, low: int, high: int) -> str:
    value = str(rng.randint(low, high))
    return rng.choice([value, value, value, value, f"0{value}", f" {value}", f"+{value}"])


def _sides(rng: Random, high: int) -> str:
    if rng.random() < 0.4:
        return _whole(rng, 1, high)
    return f"{_whole(rng, 1, high)}x{_whole(rng, 1, high)}"


def _padding(rng: Random) -> str:
    a, b, c, d = (str(rng.choice([0, 1, 1, 2, 3, 7, 64])) for _ in range(4))
    ways = ("same", "valid", "SAME", "Valid", a, f"{a}x{b}", f"{a}x{a}", f"{a},{b},{c},{d}")
    return rng.choice([*ways, f"{a},{a},{b},{b}", f"{a},{a},{a},{a}", f" {a}", f"{a}x +{b}"])


def query_pairs(rng: Random, *, most: int = 5) -> Pairs:
    """Return parameters that can be used together, each there or not."""
    pairs: Pairs = []

    def maybe(share: float, name: str, text: str) -> None:
        if rng.random() < share:
            pairs.append((name, text))

    images = [f"sample:{rng.choice(SAMPLES)}"] * 4 + ["0123456789abcdef" * 4]
    maybe(0.4, "image", rng.choice(images))
    maybe(0.4, "size", rng.choice([_whole(rng, 1, 1024), "full", "160"]))
    rows, columns, outputs = BANKS["redness"]
    if rng.random() < 0.6:
        name = rng.choice(list(BANKS))
        rows, columns, outputs = BANKS[name]
        pairs.append(("filters", name))
    if rng.random() < 0.4:
        side = rng.choice([1, 2, 3, 3, 5, most])
        other = side if rng.random() < 0.6 else rng.randint(1, most)
        rows, columns = side, other
        pairs.append(("kernel", f"{side}x{other}" if side != other else str(side)))
    if rng.random() < 0.4:
        outputs = rng.choice([1, 2, 3, 5, 6, 9, 12, 32, 63, 64])
        pairs.append(("outputs", _whole(rng, outputs, outputs)))
    if outputs % 3 == 0:
        maybe(0.5, "groups", rng.choice(["1", "3"]))
    maybe(0.25, "strides", _sides(rng, rng.choice([2, 3, 16])))
    maybe(0.3, "padding", _padding(rng))
    maybe(0.25, "padding_mode", rng.choice(MODES))
    maybe(0.2, "dilations", _sides(rng, rng.choice([2, 3, 16])))
    if outputs <= 12:
        maybe(0.3, "bias", ",".join(_number(rng) for _ in range(outputs)))
    maybe(0.3, "activation", rng.choice(ACTIVATIONS))
    maybe(0.2, "off", rng.choice(["0", "1", "2", "2,0", "1,1", "0,1,2", " 2 , 1"]))
    k = rng.randrange(outputs)
    maybe(0.4, "k", _whole(rng, k, k))
    maybe(0.25, "i", _whole(rng, 0, rng.choice([9, 200, 10_128])))
    maybe(0.25, "j", _whole(rng, 0, rng.choice([9, 200, 10_128])))
    maybe(0.15, "range", rng.choice(["1", "0.5", "2e1", "1e-30", "1e12", " .25", "3."]))
    maybe(0.15, "ranges", rng.choice(["shared", "each"]))
    maybe(0.15, "inputs", rng.choice(["grey", "tinted"]))
    places = rng.sample([(q, k) for q in range(3) for k in range(min(outputs, 8))], 3)
    for q, k in places[: rng.choice([0, 0, 0, 1, 1, 2, 3])]:
        name, taps = f"w.{q}.{k}", rows * columns
        if taps > 25 or rng.random() < 0.55:
            pairs.append((name, rng.choice(KERNELS + CALLS)))
        elif rng.random() < 0.2:  # a field for each weight, as the form has them
            pairs += [(name, _number(rng)) for _ in range(taps)]
        else:
            pairs.append((name, ",".join(_number(rng) for _ in range(taps))))
    if rng.random() < 0.5:
        singles = [pair for pair in pairs if not pair[0].startswith("w.")]
        rng.shuffle(singles)
        pairs = singles + [pair for pair in pairs if pair[0].startswith("w.")]
    return pairs


def links(count: int, seed: int = 14) -> list[str]:
    """Return queries that can be used, in all spellings."""
    rng = Random(seed)  # noqa: S311
    return [urlencode(query_pairs(rng)) for _ in range(count)]


BROKEN = (
    *(("kernl", "3x3"), ("K", "1"), ("w.red.0", "1"), ("2.kernel", "3x3"), ("10.w.0.0", "1")),
    *(("w.3.0", "soft"), ("w.0.64", "soft"), ("w.0.99", "1"), ("w.0", "1"), ("weights", "1")),
    *(("image", "portrait"), ("image", "sample:../x"), ("image", "A" * 64), ("image", "")),
    *(("size", "0"), ("size", "1025"), ("size", "Full"), ("size", ""), ("size", "1e2")),
    *(("kernel", "16x3"), ("kernel", "3x3x3"), ("kernel", "3x"), ("kernel", "0"), ("kernel", "x")),
    *(("strides", "0"), ("strides", "1.5"), ("strides", "17"), ("strides", "2,2")),
    *(("dilations", "17"), ("dilations", "-1"), ("dilations", "two")),
    *(("padding", "-1"), ("padding", "1,2"), ("padding", "full"), ("padding", "65")),
    *(("padding", "1x2,3,4,5"), ("padding", ""), ("padding", "1,2,3,65"), ("padding", "1.5")),
    *(("padding_mode", "mirror"), ("padding_mode", ""), ("padding_mode", "Zeros")),
    *(("groups", "2"), ("groups", "0"), ("groups", "4"), ("groups", "a")),
    *(("outputs", "65"), ("outputs", "0"), ("outputs", "−1"), ("outputs", "1_0")),
    *(("bias", "1"), ("bias", "0,0,x,0,0"), ("bias", "0,0,,0,0"), ("bias", "1e7,0,0,0,0")),
    *(("bias", "1/2,0,0,0,0"), ("bias", "nan,0,0,0,0"), ("bias", ""), ("bias", "0;0;0;0;0")),
    *(("activation", "swish"), ("activation", "ReLU"), ("filters", "rednes"), ("filters", "")),
    *(("off", "3"), ("off", "red"), ("off", ""), ("off", "0,,1"), ("off", "-1")),
    *(("k", "64"), ("k", "-1"), ("k", "0.5"), ("i", "-1"), ("i", "16129"), ("j", "1e3"), ("j", "")),
    *(("range", "0"), ("range", "-1"), ("range", "1e13"), ("range", "auto"), ("range", "1e-31")),
    *(("ranges", "all"), ("inputs", "colour"), ("inputs", ""), ("ranges", "each ")),
    *(("w.0.0", "sofft"), ("w.0.0", ""), ("w.0.0", "1,2"), ("w.0.0", "gabor(45)")),
    *(("w.0.0", "gaussian(99)"), ("w.0.0", "gauss(1)"), ("w.0.0", "random(1.5)")),
    *(("w.0.0", "gabor(45,6"), ("w.0.0", "1e7" + ",0" * 8), ("w.1.0", "a" + ",0" * 8)),
    *(("w.2.0", "１" + ",0" * 8), ("w.1.0", "--1" + ",0" * 8), ("w.0.0", "0x1" + ",0" * 8)),
    *(("w.0.0", "inf" + ",0" * 8), ("w.0.0", "1_0" + ",0" * 8), ("w.0.0", "motion(361)")),
    *(("w.00.0", "soft"), ("w.0.01", "soft"), ("w.0.0.0.0", "1"), ("", "1"), ("k\0", "1")),
)
"""One parameter each that no link can have, or not beside what stands there without it."""


def broken_links(count: int, seed: int = 41) -> list[str]:
    """Return queries with one or two mistakes among what can be used; some name a value twice."""
    rng = Random(seed)  # noqa: S311
    found = [urlencode([pair]) for pair in BROKEN]
    while len(found) < count:
        pairs = query_pairs(rng)
        given = [pair for pair in pairs if not pair[0].startswith("w.")]
        if given and rng.random() < 0.15:
            pairs.insert(rng.randrange(len(pairs) + 1), rng.choice(given))
        for name, text in rng.sample(BROKEN, rng.choice([1, 1, 2])):
            pairs = [pair for pair in pairs if pair[0] != name]
            pairs.insert(rng.randrange(len(pairs) + 1), (name, text))
        found.append(urlencode(pairs))
    return found


_NINE = "0,-1,0,-1,5,-1,0,-1,0"
PAGES = (
    "/",
    *(f"/?image=sample:{name}&size=64" for name in SAMPLES[1:]),
    "/?kernel=1x1&size=48", "/?kernel=5x5&size=48&k=2", "/?kernel=7x7&size=48",
    "/?kernel=15x15&size=64", "/?kernel=3x5&size=48&w.0.0=gabor(45,6)",
    "/?outputs=1&size=48", "/?outputs=12&size=48&k=11", "/?outputs=64&size=32&k=40",
    "/?filters=depthwise&size=48&k=3", "/?outputs=6&groups=3&size=48&k=5",
    "/?off=1&size=48", "/?off=0,1,2&size=48", "/?padding=valid&size=48",
    "/?padding=3&padding_mode=reflect&size=48", "/?strides=2x2&size=65",
    "/?dilations=2x2&size=48&padding=0,1,2,0", "/?strides=3x1&dilations=1x4&size=48",
    "/?activation=relu&bias=0.5,0,-0.25,0,1&size=48", "/?activation=sigmoid&size=48&k=1",
    "/?size=48&i=0&j=0", "/?size=48&i=47&j=31&k=4", "/?size=48&range=0.3",
    "/?size=48&ranges=each", "/?size=48&inputs=tinted", "/?filters=dlib&size=64&k=7",
    "/?filters=gabors&size=48", "/?filters=mixes&size=48&k=6", "/?filters=opponent&size=48",
    f"/?size=48&w.0.0={_NINE}&w.1.0=motion(33.3)&w.2.0=random(7)",
    "/?image=sample:discs&size=full", f"/?image={PICTURE}&size=full&k=1",
    f"/?filters={BANK}&size=48", "/?size=0&kernel=99&k=7&off=5&size=48",
    "/?kernl=3x3&strides=0&padding=-1&activation=swish&size=48", "/?image=" + "0" * 64,
    "/?i=4000&j=2&size=48", "/multiconv.npz?size=full&kernel=15x15&outputs=64",
    "/limits", "/nowhere", "/maps/nothing.png", "/film/nothing.gif", "/robots.txt",
)  # fmt: skip
"""Addresses whose answers are read as people read them."""

FAILING: tuple[Pairs, ...] = (
    [("from", "size=48"), ("w.0.0", "a"), *[("w.0.0", "0.1")] * 8, ("bias.0", "0.5")],
    [("from", "size=48&k=1"), ("bias.1", "one"), ("strides", "2x2"), ("activation", "relu")],
    [("from", "size=48"), ("matrix.1", "1 2 3\n4 5"), ("kernel", "5x5")],
    [("from", "size=48"), ("kernel.other", "3x33"), ("padding", "valid"), ("range", "auto")],
    [("from", "size=48"), ("name.2", "sofft"), ("size", "64"), ("do", "apply")],
    [("from", "size=48"), ("size", "9999"), ("dilations", "0")],
    [("from", "size=48&w.0.0=0,0,0,0,0,0,0,0,0"), ("preset.0", "sum-to-1")],
    [("from", "size=48"), ("do", "dance")],
    [("from", "size=48"), ("surprise", "1")],
)
"""Forms that cannot be used: the page comes again with what was typed."""

EDITS: tuple[Pairs, ...] = (
    [("from", ""), ("do", "apply")],
    [("from", "size=48"), *[("w.0.0", "0.1")] * 4, ("w.0.0", "0.5"), *[("w.0.0", "0.1")] * 4],
    [("from", "size=48&k=1"), ("w.2.1", "−1,0,1,−2,0,2,−1,0,1")],
    [("from", "size=48"), ("bias.0", "−0.25"), ("activation", "tanh")],
    [("from", "size=48&w.0.0=0.12345,0,0,0,1,0,0,0,0"), ("w.0.0", "0.1235"),
     *[("w.0.0", text) for text in ("0", "0", "0", "1", "0", "0", "0", "2")]],
    [("from", "size=48"), ("preset.0", "sobel-x")],
    [("from", "size=48"), ("preset.1", "box-5")],
    [("from", "size=48"), ("preset.0", "turn")],
    [("from", "size=48"), ("preset.0", "negate"), ("preset.2", "negate")],
    [("from", "size=48"), ("preset.1", "sum-to-1")],
    [("from", "size=48"), ("preset.2", "copy")],
    [("from", "size=48&w.0.0=outline"), ("preset.0", "reset")],
    [("from", "size=48"), ("name.1", "gabor(45, 6)")],
    [("from", "size=48"), ("matrix.0", "1 2 1\n0 0 0\n-1 -2 -1")],
    [("from", "size=48"), ("matrix.0", "[[1,2,3,4,5],[0,0,0,0,0],[1,2,3,4,5]]")],
    [("from", "size=48&k=4&i=40&j=40"), ("outputs", "2")],
    [("from", "size=48"), ("outputs", "12"), ("k", "9")],
    [("from", "size=48&w.1.0=0,-1,0,-1,5,-1,0,-1,0"), ("kernel", "5x5")],
    [("from", "size=48&kernel=5x5&w.1.0=unsharp"), ("kernel", "3x3"), ("kernel.other", "5x5")],
    [("from", "size=48"), ("kernel", "3x3"), ("kernel.other", "2x4")],
    [("from", "size=48"), ("filters", "opponent")],
    [("from", "size=48&w.0.0=outline"), ("filters", "redness")],
    [("from", "size=48&w.0.0=outline"), ("filters", "own"), ("strides", "2x2")],
    *([("from", "size=48&w.0.0=emboss&k=0"), ("do", name)]
      for name in ("mean", "sum", "shared", "flipped", "apart", "rescale")),
    [("from", "size=48"), ("do", "flipped")],
    [("from", "size=48&filters=depthwise&k=2&if=mean"), ("do", "sum")],
    [("from", "size=48"), ("switch", "0"), ("switch", "1"), ("switch", "2"), ("on", "0")],
    [("from", "size=48&off=0,1"), ("switch", "1"), ("on", "1")],
    [("from", "size=48"), ("at.x", "100"), ("at.y", "50")],
    [("from", "size=48"), ("at.partial-0.x", "80"), ("at.partial-0.y", "159")],
    [("from", "size=48&strides=2x2"), ("at.input-1.x", "81"), ("at.input-1.y", "2")],
    [("from", "size=48&i=44&j=40"), ("padding", "valid"), ("kernel", "15x15")],
    [("from", "size=48&i=10&j=20"), ("size", "96")],
    [("from", "size=48&i=30&j=40"), ("strides", "3x3")],
    [("from", "size=48&range=0.5"), ("range", "auto"), ("ranges", "each"), ("inputs", "tinted")],
    [("from", "size=48"), ("image", "sample:cat"), ("range", "2")],
    [("from", "size=48&outputs=6"), ("groups", "3"), ("k", "5")],
    [("from", "size=48"), ("padding", "same"), ("padding.other", "0,1,2,3")],
    [("from", "size=48"), ("dilations", "2x3"), ("padding_mode", "circular")],
    [("from", f"filters={BANK}&size=48"), ("outputs", "5"), ("k", "4")],
)  # fmt: skip
"""Forms that lead on to a link."""

FILLED: tuple[tuple[str, Pairs], ...] = (
    ("size=48", []),
    ("size=48&k=2", [("strides", "2x2")]),
    ("size=48&kernel=5x5&w.1.0=unsharp", [("outputs", "12")]),
    ("size=48&filters=depthwise&k=3", [("activation", "relu")]),
    ("size=48&off=1&bias=0.5,0,0,0,0", [("preset.0", "outline")]),
    ("size=48&i=40&j=3&range=0.3", [("kernel", "7x7")]),
    (f"image={PICTURE}&size=full", [("filters", "mixes")]),
    ("size=48&filters=dlib&k=30", [("size", "64")]),
)
"""Pages whose own form is sent as a browser sends it, with these fields changed."""


def experiments() -> list[str]:
    """Return 60 queries of small pictures that between them have every kind of layer."""
    rng = Random(60)  # noqa: S311
    chosen = [
        "size=48", "size=33&kernel=1x1&filters=mixes&k=3", "size=96&filters=dlib&k=5",
        "size=64&kernel=15x15&w.0.0=gabor(30,9)", "size=48&filters=opponent&k=5&dilations=2x2",
        "size=40&padding=valid&strides=2x2", "size=41&padding=valid&kernel=4x7&w.1.0=random(3)",
        "size=48&filters=depthwise&k=4&activation=gelu", "size=32&outputs=64&k=50",
        "size=24&off=0,1,2&bias=0.5,0,0,0,0", "size=90&image=sample:cat&activation=leaky&k=2",
        "size=60&image=sample:gratings&filters=gabors&k=9&strides=1x2",
        f"image={PICTURE}&size=full&w.0.0=1e6,0,0,0,-1e6,0,0,0,1&range=1e6",
        f"image={PICTURE}&size=30&filters={BANK}&k=1&padding=2,0,0,3&padding_mode=circular",
        f"size=48&filters={BANK}&outputs=4&k=3", "size=48&ranges=each&k=1&activation=sigmoid",
    ]  # fmt: skip
    while len(chosen) < 60:
        size, most = rng.randint(12, 96), rng.choice([3, 5, 9])
        pairs = dict(query_pairs(rng, most=most))
        pairs = {name: text for name, text in pairs.items() if not name.startswith("w.")}
        outputs = int(pairs.get("outputs", BANKS[pairs.get("filters", "redness")][2]))
        side = pairs.get("kernel", "3" if "filters" not in pairs else "")
        k = int(pairs.get("k", "0"))
        for q in rng.sample(range(3), rng.choice([0, 1, 2])):
            pairs[f"w.{q}.{k}"] = rng.choice(KERNELS + CALLS).strip()
        if side in {"3", "2"} and rng.random() < 0.6:
            count = int(side) ** 2
            pairs[f"w.1.{k}"] = ",".join(f"{rng.uniform(-1, 1):.2f}" for _ in range(count))
        pairs["image"] = f"sample:{rng.choice(SAMPLES)}"
        pairs["size"], pairs["padding_mode"] = str(size), rng.choice(MODES)
        pairs["padding"] = rng.choice(["same", "same", "valid", "1", "2x1", "0,1,2,3", "3"])
        for name in ("i", "j", "range"):
            pairs.pop(name, None)
        for name, share in (("strides", 0.4), ("dilations", 0.3)):
            pairs.pop(name, None)
            if rng.random() < share:
                pairs[name] = _sides(rng, 3)
        pairs["activation"] = ACTIVATIONS[len(chosen) // 2 % 6 * (len(chosen) % 2)]
        if outputs % 3:
            pairs.pop("groups", None)
        chosen.append(urlencode(pairs))
    return chosen
