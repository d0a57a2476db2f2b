package dev.embedonce.vlm.family.gemma4;

import dev.embedonce.image.process.PixelValues;
import dev.embedonce.model.ModelConfig;

/**
 * How pictures are cut.
 *
 * @param side pixels a side of a patch
 * @param square patches a side of a square that becomes one token
 */
record Patches(int side, int square) {
    /** Of a {@code vision_config}, or of a processor's settings. */
    static Patches read(ModelConfig config) {
        return new Patches(config.positive("patch_size", 16), config.positive("pooling_kernel_size", 3));
    }

    /** Pixels a side of a token. */
    int tokenSide() {
        return side * square;
    }

    /** Numbers that make a patch: rows, columns, channels. */
    int length() {
        return side * side * PixelValues.CHANNELS;
    }
}
