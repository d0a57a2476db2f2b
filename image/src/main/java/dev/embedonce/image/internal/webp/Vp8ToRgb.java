package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.webp.Vp8Frame.Plane;

/** Interpolates the halved chroma planes and converts to RGB in 14 fractional bits, both as libwebp does by default. */
// Source: libwebp 1.6, dsp/upsampling.c and dsp/yuv.h (documented formulas)
final class Vp8ToRgb {
    private static final int PIXEL_WORK = 8;

    private final Vp8Frame frame;
    private final int chromaWidth;
    private final int chromaHeight;

    Vp8ToRgb(Vp8Frame frame) {
        this.frame = frame;
        this.chromaWidth = (frame.width + 1) / 2;
        this.chromaHeight = (frame.height + 1) / 2;
    }

    /** Writes interleaved samples from {@code start} on; a fourth band is left as it is. */
    void convert(byte[] target, int start, int bands, int rowLength, WorkBudget budget) {
        int[] blue = new int[frame.width];
        int[] red = new int[frame.width];
        for (int y = 0; y < frame.height; y++) {
            budget.spend((long) PIXEL_WORK * frame.width);
            chromaRow(frame.blue, y, blue);
            chromaRow(frame.red, y, red);
            int from = frame.luma.at(0, y);
            int at = start + y * rowLength;
            for (int x = 0; x < frame.width; x++, at += bands) {
                int luma = high(frame.luma.samples[from + x] & 0xFF, 19077);
                int u = blue[x];
                int v = red[x];
                target[at] = sample(luma + high(v, 26149) - 14234);
                target[at + 1] = sample(luma - high(u, 6419) - high(v, 13320) + 8708);
                target[at + 2] = sample(luma + high(u, 33050) - 17685);
            }
        }
    }

    /** Each sample is 9 parts of the nearest chroma sample, 3 of the next in row and column, 1 of the one across. */
    private void chromaRow(Plane plane, int y, int[] out) {
        int nearRow = y / 2;
        int farRow = (y & 1) == 0 ? Math.max(0, nearRow - 1) : Math.min(chromaHeight - 1, nearRow + 1);
        int near = plane.at(0, nearRow);
        int far = plane.at(0, farRow);
        byte[] s = plane.samples;
        for (int x = 0; x < out.length; x++) {
            int n = x / 2;
            int f = (x & 1) == 0 ? Math.max(0, n - 1) : Math.min(chromaWidth - 1, n + 1);
            int nearest = s[near + n] & 0xFF;
            int row = s[near + f] & 0xFF;
            int column = s[far + n] & 0xFF;
            int across = s[far + f] & 0xFF;
            int diagonal = (nearest + 3 * (row + column) + across + 8) >> 3;
            out[x] = (diagonal + nearest) >> 1;
        }
    }

    private static int high(int value, int factor) {
        return (value * factor) >> 8;
    }

    private static byte sample(int value) {
        return (byte) Math.max(0, Math.min(255, value >> 6));
    }
}
