"""Every number of an experiment in one file."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from multiconv.web.takeaway.scene import Scene


def everything(scene: Scene, filters: np.ndarray, bias: tuple[float, ...]) -> bytes:
    """Return an ``.npz`` file: input, filters, bias, partials, sum, output.

    Parameters
    ----------
    scene : Scene
    filters : (kh, kw, C / groups, K) array
    bias : K numbers

    Returns
    -------
    bytes
        ``input`` (H, W, C) float32 0…1, ``filters`` HWIO and ``bias`` float32,
        ``partials`` (H′, W′, C) and ``sum`` (H′, W′) of the chosen output ``k``,
        ``output`` (H′, W′, K) after the activation.
    """
    empty = np.zeros_like(scene.layer.sum)
    partials = [empty if partial is None else partial for partial in scene.layer.partials]
    file = BytesIO()
    np.savez_compressed(
        file,
        input=scene.levels.astype(np.float32) / np.float32(255),
        filters=filters.astype(np.float32),
        bias=np.array(bias, np.float32),
        k=np.array(scene.k),
        partials=np.stack(partials, axis=-1),
        sum=scene.layer.sum,
        output=np.stack(scene.outputs, axis=-1),
    )
    return file.getvalue()
