package dev.embedonce.image.resize;

/** Pillow's resampling filters, with the numbers that configurations know them by. */
// Source: Pillow 12.1.1 and 13.0.0, src/libImaging/Resample.c, filter functions
public enum ResampleFilter {
    NEAREST(0, 0),
    LANCZOS(1, 3),
    BILINEAR(2, 1),
    BICUBIC(3, 2),
    BOX(4, 0.5),
    HAMMING(5, 1);

    private final int pillowCode;
    private final double support;

    ResampleFilter(int pillowCode, double support) {
        this.pillowCode = pillowCode;
        this.support = support;
    }

    /** The number of this filter in {@code PIL.Image.Resampling} and in {@code preprocessor_config.json}. */
    public int pillowCode() {
        return pillowCode;
    }

    /**
     * The filter with Pillow's number {@code code}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ResampleFilter ofPillowCode(int code) {
        for (ResampleFilter filter : values()) {
            if (filter.pillowCode == code) {
                return filter;
            }
        }
        throw new IllegalArgumentException("unknown resample filter " + code + ", expected 0 to 5");
    }

    /** Half the width of the filter, in source pixels at scale 1. */
    double support() {
        return support;
    }

    /** The filter's value at distance {@code x}. */
    double weight(double x) {
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("NEAREST picks pixels, it weighs none");
            case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
            case BILINEAR -> Math.abs(x) < 1 ? 1 - Math.abs(x) : 0;
            case HAMMING -> hamming(Math.abs(x));
            case BICUBIC -> bicubic(Math.abs(x));
            case LANCZOS -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        };
    }

    private static double hamming(double x) {
        if (x == 0) {
            return 1;
        }
        if (x >= 1) {
            return 0;
        }
        double angle = x * Math.PI;
        return StrictMath.sin(angle) / angle * (0.54 + 0.46 * StrictMath.cos(angle));
    }

    private static double bicubic(double x) {
        double a = -0.5;
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static double sinc(double x) {
        if (x == 0) {
            return 1;
        }
        double angle = x * Math.PI;
        return StrictMath.sin(angle) / angle;
    }
}
