package dev.embedonce.image.internal.format;

import dev.embedonce.image.pixel.PixelMode;

/** Unpacks the samples of PNG rows into the pixels of the picture. 16-bit colour keeps its high byte, as in Pillow. */
final class PngUnpacker {
    static final int[] START_X = {0, 4, 0, 2, 0, 1, 0};
    static final int[] START_Y = {0, 0, 4, 0, 2, 0, 1};
    static final int[] STEP_X = {8, 8, 4, 4, 2, 2, 1};
    static final int[] STEP_Y = {8, 8, 8, 4, 4, 2, 2};

    private final byte[] samples;
    private final int width;
    private final int depth;
    private final int colourType;
    private final PixelMode mode;

    PngUnpacker(byte[] samples, int width, int depth, int colourType, PixelMode mode) {
        this.samples = samples;
        this.width = width;
        this.depth = depth;
        this.colourType = colourType;
        this.mode = mode;
    }

    int channels() {
        return switch (colourType) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }

    /**
     * Puts the pixels {@code from} to {@code to} of {@code row}, whose samples start at index 1, in their places: pixel
     * 0 at {@code x = startX}, the next at {@code startX + stepX}.
     */
    void unpack(byte[] row, int y, int startX, int stepX, int from, int to) {
        int bytes = mode.bytesPerPixel();
        int at = (y * width + startX) * bytes;
        int step = stepX * bytes;
        if (depth == 8) {
            whole(row, at, step, bytes, from, to);
        } else if (depth == 16) {
            high(row, at, step, from, to);
        } else {
            packed(row, at, step, from, to);
        }
    }

    private void whole(byte[] row, int at, int step, int bytes, int start, int end) {
        if (step == bytes) {
            System.arraycopy(row, 1 + start * bytes, samples, at + start * bytes, (end - start) * bytes);
            return;
        }
        for (int i = start; i < end; i++) {
            System.arraycopy(row, 1 + i * bytes, samples, at + i * step, bytes);
        }
    }

    private void high(byte[] row, int at, int step, int start, int end) {
        int channels = channels();
        for (int i = start; i < end; i++) {
            int from = 1 + 2 * i * channels;
            int to = at + i * step;
            switch (channels) {
                case 1 -> {
                    samples[to] = row[from + 1];
                    samples[to + 1] = row[from];
                }
                case 2 -> {
                    samples[to] = row[from];
                    samples[to + 1] = row[from];
                    samples[to + 2] = row[from];
                    samples[to + 3] = row[from + 2];
                }
                default -> {
                    for (int channel = 0; channel < channels; channel++) {
                        samples[to + channel] = row[from + 2 * channel];
                    }
                }
            }
        }
    }

    private void packed(byte[] row, int at, int step, int start, int end) {
        int mask = (1 << depth) - 1;
        int scale = mode == PixelMode.PALETTE ? 1 : 255 / mask;
        for (int i = start; i < end; i++) {
            int bit = i * depth;
            int value = (row[1 + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
            samples[at + i * step] = (byte) (value * scale);
        }
    }
}
