package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.WorkBudget;

/** A reversible change of all pixels; {@code undo} may work in place, and asks the budget for each row. */
// Source: RFC 9649, section 3.5
sealed interface LosslessTransform {
    /** What undoing a transform costs for each pixel. */
    int PIXEL_WORK = 8;

    /** Pixels in a row while this transform is in force. */
    int codedWidth();

    int[] undo(int[] pixels, int height, WorkBudget budget);

    /** Adds two pixels channel by channel. */
    static int add(int a, int b) {
        return (((a & 0xFF00FF00) + (b & 0xFF00FF00)) & 0xFF00FF00)
                | (((a & 0x00FF00FF) + (b & 0x00FF00FF)) & 0x00FF00FF);
    }

    /** Green was subtracted from red and blue. */
    final class SubtractGreen implements LosslessTransform {
        private final int width;

        SubtractGreen(int width) {
            this.width = width;
        }

        @Override
        public int codedWidth() {
            return width;
        }

        @Override
        public int[] undo(int[] pixels, int height, WorkBudget budget) {
            for (int y = 0, i = 0; y < height; y++) {
                budget.spend((long) PIXEL_WORK * width);
                for (int end = i + width; i < end; i++) {
                    int green = (pixels[i] >> 8) & 0xFF;
                    pixels[i] = add(pixels[i], (green << 16) | green);
                }
            }
            return pixels;
        }
    }

    /** Red and blue were predicted from green and red, with factors that differ from block to block. */
    final class CrossColour implements LosslessTransform {
        private final int width;
        private final int bits;
        private final int[] factors;

        CrossColour(int width, int bits, int[] factors) {
            this.width = width;
            this.bits = bits;
            this.factors = factors;
        }

        @Override
        public int codedWidth() {
            return width;
        }

        @Override
        public int[] undo(int[] pixels, int height, WorkBudget budget) {
            int across = (width + (1 << bits) - 1) >> bits;
            for (int y = 0, i = 0; y < height; y++) {
                budget.spend((long) PIXEL_WORK * width);
                for (int x = 0; x < width; x++, i++) {
                    pixels[i] = undo(pixels[i], factors[(y >> bits) * across + (x >> bits)]);
                }
            }
            return pixels;
        }

        private static int undo(int pixel, int factor) {
            int green = pixel >> 8;
            int red = (pixel >> 16) + part(factor, green);
            int blue = pixel + part(factor >> 8, green) + part(factor >> 16, red);
            return (pixel & 0xFF00FF00) | ((red & 0xFF) << 16) | (blue & 0xFF);
        }

        private static int part(int factor, int colour) {
            return ((byte) factor * (byte) colour) >> 5;
        }
    }

    /** Pixels are indices, several to a pixel where the palette is small. */
    final class Indexed implements LosslessTransform {
        private final int width;
        private final int bits;
        private final int[] palette;

        private Indexed(int width, int bits, int[] palette) {
            this.width = width;
            this.bits = bits;
            this.palette = palette;
        }

        static Indexed of(int width, int[] differences) {
            int n = differences.length;
            int bits = n > 16 ? 0 : n > 4 ? 1 : n > 2 ? 2 : 3;
            int[] palette = new int[1 << (8 >> bits)];
            for (int i = 0; i < n; i++) {
                palette[i] = i == 0 ? differences[0] : add(palette[i - 1], differences[i]);
            }
            return new Indexed(width, bits, palette);
        }

        @Override
        public int codedWidth() {
            return (width + (1 << bits) - 1) >> bits;
        }

        @Override
        public int[] undo(int[] pixels, int height, WorkBudget budget) {
            int[] out = budget.ints((long) width * height);
            int depth = 8 >> bits;
            int mask = (1 << depth) - 1;
            for (int y = 0, i = 0; y < height; y++) {
                budget.spend((long) PIXEL_WORK * width);
                int row = y * codedWidth();
                for (int x = 0; x < width; x++, i++) {
                    int packed = (pixels[row + (x >> bits)] >> 8) & 0xFF;
                    out[i] = palette[(packed >> (depth * (x & ((1 << bits) - 1)))) & mask];
                }
            }
            budget.release(4L * pixels.length);
            return out;
        }
    }

    /** Each pixel was predicted from its neighbours, in one of fourteen ways chosen block by block. */
    final class Predictor implements LosslessTransform {
        private static final int BLACK = 0xFF000000;

        private final int width;
        private final int bits;
        private final int[] modes;

        Predictor(int width, int bits, int[] modes) {
            this.width = width;
            this.bits = bits;
            this.modes = modes;
        }

        @Override
        public int codedWidth() {
            return width;
        }

        @Override
        public int[] undo(int[] pixels, int height, WorkBudget budget) {
            int across = (width + (1 << bits) - 1) >> bits;
            pixels[0] = add(pixels[0], BLACK);
            for (int x = 1; x < width; x++) {
                pixels[x] = add(pixels[x], pixels[x - 1]);
            }
            for (int y = 1; y < height; y++) {
                budget.spend((long) PIXEL_WORK * width);
                int row = y * width;
                pixels[row] = add(pixels[row], pixels[row - width]);
                for (int x = 1; x < width; x++) {
                    int mode = (modes[(y >> bits) * across + (x >> bits)] >> 8) & 0xF;
                    pixels[row + x] = add(pixels[row + x], predict(mode, pixels, row + x));
                }
            }
            return pixels;
        }

        private int predict(int mode, int[] pixels, int i) {
            int left = pixels[i - 1];
            int top = pixels[i - width];
            int topLeft = pixels[i - width - 1];
            int topRight = pixels[i - width + 1];
            return switch (mode) {
                case 1 -> left;
                case 2 -> top;
                case 3 -> topRight;
                case 4 -> topLeft;
                case 5 -> average(average(left, topRight), top);
                case 6 -> average(left, topLeft);
                case 7 -> average(left, top);
                case 8 -> average(topLeft, top);
                case 9 -> average(top, topRight);
                case 10 -> average(average(left, topLeft), average(top, topRight));
                case 11 -> select(left, top, topLeft);
                case 12 -> full(left, top, topLeft);
                case 13 -> half(average(left, top), topLeft);
                default -> BLACK;
            };
        }

        private static int average(int a, int b) {
            return (((a ^ b) >>> 1) & 0x7F7F7F7F) + (a & b);
        }

        private static int select(int left, int top, int topLeft) {
            int balance = 0;
            for (int shift = 0; shift < 32; shift += 8) {
                int corner = (topLeft >>> shift) & 0xFF;
                balance += Math.abs(((left >>> shift) & 0xFF) - corner) - Math.abs(((top >>> shift) & 0xFF) - corner);
            }
            return balance <= 0 ? top : left;
        }

        private static int full(int left, int top, int topLeft) {
            int result = 0;
            for (int shift = 0; shift < 32; shift += 8) {
                int value = ((left >>> shift) & 0xFF) + ((top >>> shift) & 0xFF) - ((topLeft >>> shift) & 0xFF);
                result |= clamp(value) << shift;
            }
            return result;
        }

        private static int half(int average, int topLeft) {
            int result = 0;
            for (int shift = 0; shift < 32; shift += 8) {
                int value = (average >>> shift) & 0xFF;
                result |= clamp(value + (value - ((topLeft >>> shift) & 0xFF)) / 2) << shift;
            }
            return result;
        }

        private static int clamp(int value) {
            return Math.max(0, Math.min(255, value));
        }
    }
}
