package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import org.jspecify.annotations.Nullable;

/**
 * Pictures cut into square patches, each embedded as a token by a linear map (a convolution whose stride is its
 * kernel). Pixels at the right and at the bottom that do not fill a patch are left out.
 *
 * @param tokens float32 [batch, rows * columns, channels], row by row
 * @param size int64 [2]: rows and columns of patches
 */
public record PatchGrid(Value tokens, Value size) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /**
     * Embeds patches with a kernel from the weights.
     *
     * @param pixels float32 [batch, inputChannels, height, width]
     * @param weightName the kernel in the scope, [channels, inputChannels, patch, patch]
     * @param biasName its bias [channels], or null
     */
    public static PatchGrid embed(
            Scope scope,
            Value pixels,
            String weightName,
            @Nullable String biasName,
            int inputChannels,
            int channels,
            int patch) {
        scope.ops().graph().uses("patch-grid", REVISION);
        Value kernel = scope.weight(weightName, channels, inputChannels, patch, patch);
        Value bias = biasName == null ? null : scope.weight(biasName, channels);
        return embed(scope.ops(), pixels, kernel, bias, channels, patch);
    }

    /**
     * Embeds patches with a kernel that is in the graph already.
     *
     * @param kernel float32 [channels, inputChannels, patch, patch]
     * @param bias float32 [channels], or null
     */
    public static PatchGrid embed(Ops ops, Value pixels, Value kernel, @Nullable Value bias, int channels, int patch) {
        ops.graph().uses("patch-grid", REVISION);
        Value map = ops.conv(pixels, kernel, bias, patch, patch, 0, 1);
        Value size = ops.slice(ops.shape(map), 0, 2, 4);
        return new PatchGrid(ops.transpose(ops.reshape(map, 0, channels, -1), 0, 2, 1), size);
    }

    /**
     * Puts tokens, such as a class token, in front of those of every picture.
     *
     * @param extra float32 [1, count, channels]
     * @param x float32 [batch, tokens, channels]
     */
    public static Value prepend(Ops ops, Value extra, int count, int channels, Value x) {
        ops.graph().uses("patch-grid", REVISION);
        Value shape = ops.concat(0, ops.dim(x, 0), ops.graph().constant(count, channels));
        return ops.concat(1, ops.expand(extra, shape), x);
    }
}
