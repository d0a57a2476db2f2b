"""EfficientNet-Lite0 in plain numpy, batch-norm applied as published: what the exported graph is judged by."""

import numpy as np

import architecture


def _same_padding(size, kernel, stride):
    """TensorFlow's SAME: the odd pixel of padding goes to the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _convolve(x, weight, stride, groups):
    kernel = weight.shape[2]
    pad = [(0, 0), (0, 0), *(_same_padding(size, kernel, stride) for size in x.shape[2:])]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, pad), (kernel, kernel), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    if groups == 1:
        return np.einsum("nchwij,ocij->nohw", windows, weight, optimize=True)
    if groups != x.shape[1]:
        raise ValueError(f"groups {groups} of {x.shape[1]} channels")
    return np.einsum("nchwij,cij->nchw", windows, weight[:, 0], optimize=True)


def features(tensors, pixels, dtype=np.float64):
    """Returns [batch, 1280] for pixels [batch, 3, height, width], computed in dtype."""
    t = lambda name: tensors[name].astype(dtype)

    def conv(x, name, batch_norm, stride, groups, relu6):
        y = _convolve(x, t(name + ".weight"), stride, groups)
        column = lambda a: a[None, :, None, None]
        y = (y - column(t(batch_norm + ".running_mean"))) / np.sqrt(
            column(t(batch_norm + ".running_var")) + architecture.BATCH_NORM_EPSILON
        )
        y = y * column(t(batch_norm + ".weight")) + column(t(batch_norm + ".bias"))
        return np.clip(y, 0, 6) if relu6 else y

    return architecture.forward(pixels.astype(dtype), conv, np.add).mean(axis=(2, 3))
