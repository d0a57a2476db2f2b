"""EfficientNet-Lite0 (Tan and Le, arXiv 1905.11946; the Lite variant: no squeeze-excite, ReLU6, TF SAME padding)."""

BATCH_NORM_EPSILON = 1e-3
FEATURES = 1280

# repeats, kernel, stride, expansion, input channels, output channels
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]


def forward(x, conv, add):
    """
    Walks the network. conv(x, weight_name, batch_norm_name, stride, groups, relu6) and add(x, y) do the work, so that
    the exporter and the numpy reference share nothing but this walk.
    """
    x = conv(x, "_conv_stem", "_bn0", 2, 1, True)
    block = 0
    for repeats, _, first_stride, expansion, first_in, out in STAGES:
        for repeat in range(repeats):
            prefix = f"_blocks.{block}."
            stride = first_stride if repeat == 0 else 1
            channels = first_in if repeat == 0 else out
            shortcut = x
            if expansion != 1:
                x = conv(x, prefix + "_expand_conv", prefix + "_bn0", 1, 1, True)
            x = conv(x, prefix + "_depthwise_conv", prefix + "_bn1", stride, channels * expansion, True)
            x = conv(x, prefix + "_project_conv", prefix + "_bn2", 1, 1, False)
            if stride == 1 and channels == out:
                x = add(x, shortcut)
            block += 1
    return conv(x, "_conv_head", "_bn1", 1, 1, True)
