package dev.embedonce.image.hash;

/**
 * The unnormalised discrete cosine transform, type 2, of 32 values, with pocketfft's order of operations.
 *
 * <p>On flat, striped and chequered pictures coefficients that are equal in theory differ by rounding alone, and that
 * decides bits of a perceptual hash. So nothing here may be rearranged: the input is folded, goes through a real
 * backward transform of length 32 in passes of radix 2, 4 and 4, and is rotated. Twiddle factors are products of two
 * tables, as in pocketfft.
 */
// Source: pocketfft (scipy 1.17), T_dcst23::exec type 2, rfftp::radb2, rfftp::radb4, sincos_2pibyn
final class CosineTransform {
    private static final int N = 32;
    private static final double SQRT2 = 1.4142135623730951;
    private static final double[] TWIDDLE = rotation();
    private static final double[] RADIX2 = twiddles(1, 2);
    private static final double[] RADIX4 = twiddles(2, 4);

    private CosineTransform() {}

    private static double[] rotation() {
        Roots roots = new Roots(4 * N);
        double[] twiddle = new double[N];
        for (int i = 0; i < N; i++) {
            twiddle[i] = roots.cos(i + 1);
        }
        return twiddle;
    }

    private static double[] twiddles(int l1, int radix) {
        Roots roots = new Roots(N);
        int ido = N / (l1 * radix);
        double[] table = new double[(radix - 1) * (ido - 1)];
        for (int j = 1; j < radix; j++) {
            for (int i = 1; i <= (ido - 1) / 2; i++) {
                table[(j - 1) * (ido - 1) + 2 * i - 2] = roots.cos(j * l1 * i);
                table[(j - 1) * (ido - 1) + 2 * i - 1] = roots.sin(j * l1 * i);
            }
        }
        return table;
    }

    /** Transforms {@code c}, 32 values, in place. */
    static void transform(double[] c) {
        c[0] *= 2;
        c[N - 1] *= 2;
        for (int k = 1; k < N - 1; k += 2) {
            double sum = c[k] + c[k + 1];
            c[k + 1] -= c[k];
            c[k] = sum;
        }
        double[] other = new double[N];
        radix2(c, other, 16, 1);
        radix4(other, c, 4, 2);
        radix4(c, other, 1, 8);
        System.arraycopy(other, 0, c, 0, N);
        for (int k = 1; k < N / 2; k++) {
            int mirror = N - k;
            double t1 = TWIDDLE[k - 1] * c[mirror] + TWIDDLE[mirror - 1] * c[k];
            double t2 = TWIDDLE[k - 1] * c[k] - TWIDDLE[mirror - 1] * c[mirror];
            c[k] = 0.5 * (t1 + t2);
            c[mirror] = 0.5 * (t1 - t2);
        }
        c[N / 2] *= TWIDDLE[N / 2 - 1];
    }

    private static void radix2(double[] in, double[] out, int ido, int l1) {
        for (int k = 0; k < l1; k++) {
            int a = ido * 2 * k;
            int b = a + ido;
            int p = ido * k;
            int q = p + ido * l1;
            out[p] = in[a] + in[b + ido - 1];
            out[q] = in[a] - in[b + ido - 1];
            out[p + ido - 1] = 2 * in[a + ido - 1];
            out[q + ido - 1] = -2 * in[b];
            for (int i = 2; i < ido; i += 2) {
                int ic = ido - i;
                out[p + i - 1] = in[a + i - 1] + in[b + ic - 1];
                double tr2 = in[a + i - 1] - in[b + ic - 1];
                double ti2 = in[a + i] + in[b + ic];
                out[p + i] = in[a + i] - in[b + ic];
                rotate(out, q + i, RADIX2, i, ti2, tr2);
            }
        }
    }

    private static void radix4(double[] in, double[] out, int ido, int l1) {
        int plane = ido * l1;
        for (int k = 0; k < l1; k++) {
            int a = ido * 4 * k;
            int b = a + ido;
            int c = b + ido;
            int d = c + ido;
            int p = ido * k;
            double tr2 = in[a] + in[d + ido - 1];
            double tr1 = in[a] - in[d + ido - 1];
            double tr3 = 2 * in[b + ido - 1];
            double tr4 = 2 * in[c];
            out[p] = tr2 + tr3;
            out[p + 2 * plane] = tr2 - tr3;
            out[p + 3 * plane] = tr1 + tr4;
            out[p + plane] = tr1 - tr4;
            if (ido > 1) {
                middle(in, out, a, p, ido, plane);
            }
        }
    }

    private static void middle(double[] in, double[] out, int a, int p, int ido, int plane) {
        int b = a + ido;
        int c = b + ido;
        int d = c + ido;
        double ti1 = in[d] + in[b];
        double ti2 = in[d] - in[b];
        double tr2 = in[a + ido - 1] + in[c + ido - 1];
        double tr1 = in[a + ido - 1] - in[c + ido - 1];
        int last = p + ido - 1;
        out[last] = tr2 + tr2;
        out[last + plane] = SQRT2 * (tr1 - ti1);
        out[last + 2 * plane] = ti2 + ti2;
        out[last + 3 * plane] = -SQRT2 * (tr1 + ti1);
        for (int i = 2; i < ido; i += 2) {
            butterfly(in, out, a, p, ido, plane, i);
        }
    }

    private static void butterfly(double[] in, double[] out, int a, int p, int ido, int plane, int i) {
        int b = a + ido;
        int c = b + ido;
        int d = c + ido;
        int ic = ido - i;
        double tr2 = in[a + i - 1] + in[d + ic - 1];
        double tr1 = in[a + i - 1] - in[d + ic - 1];
        double ti1 = in[a + i] + in[d + ic];
        double ti2 = in[a + i] - in[d + ic];
        double tr4 = in[c + i] + in[b + ic];
        double ti3 = in[c + i] - in[b + ic];
        double tr3 = in[c + i - 1] + in[b + ic - 1];
        double ti4 = in[c + i - 1] - in[b + ic - 1];
        out[p + i - 1] = tr2 + tr3;
        double cr3 = tr2 - tr3;
        out[p + i] = ti2 + ti3;
        double ci3 = ti2 - ti3;
        double cr4 = tr1 + tr4;
        double cr2 = tr1 - tr4;
        double ci2 = ti1 + ti4;
        double ci4 = ti1 - ti4;
        int step = ido - 1;
        rotate(out, p + plane + i, RADIX4, i, ci2, cr2);
        rotate(out, p + 2 * plane + i, RADIX4, step + i, ci3, cr3);
        rotate(out, p + 3 * plane + i, RADIX4, 2 * step + i, ci4, cr4);
    }

    private static void rotate(double[] out, int at, double[] table, int i, double imaginary, double real) {
        double cos = table[i - 2];
        double sin = table[i - 1];
        out[at] = cos * imaginary + sin * real;
        out[at - 1] = cos * real - sin * imaginary;
    }

    /** Cosine and sine of {@code 2 * pi * i / n} for {@code i <= n / 2}, as products of a fine and a coarse table. */
    private static final class Roots {
        private final int n;
        private final double angle;
        private final int shift;

        Roots(int n) {
            this.n = n;
            this.angle = 0.25 * Math.PI / n;
            int bits = 1;
            while ((1 << bits) * (1 << bits) < (n + 2) / 2) {
                bits++;
            }
            this.shift = bits;
        }

        double cos(int i) {
            int fine = i & ((1 << shift) - 1);
            int coarse = i >> shift << shift;
            return baseCos(fine) * baseCos(coarse) - baseSin(fine) * baseSin(coarse);
        }

        double sin(int i) {
            int fine = i & ((1 << shift) - 1);
            int coarse = i >> shift << shift;
            return baseCos(fine) * baseSin(coarse) + baseSin(fine) * baseCos(coarse);
        }

        /** By octants; {@code i} is at most half the circle here. */
        private double baseCos(int i) {
            int x = 8 * i;
            if (x < n) {
                return StrictMath.cos(x * angle);
            }
            if (x < 2 * n) {
                return StrictMath.sin((2 * n - x) * angle);
            }
            if (x - 2 * n < n) {
                return -StrictMath.sin((x - 2 * n) * angle);
            }
            return -StrictMath.cos((4 * n - x) * angle);
        }

        private double baseSin(int i) {
            int x = 8 * i;
            if (x < n) {
                return StrictMath.sin(x * angle);
            }
            if (x < 2 * n) {
                return StrictMath.cos((2 * n - x) * angle);
            }
            if (x - 2 * n < n) {
                return StrictMath.cos((x - 2 * n) * angle);
            }
            return StrictMath.sin((4 * n - x) * angle);
        }
    }
}
