package dev.embedonce.lab.render;

import dev.embedonce.lab.mesh.Mesh;
import dev.embedonce.lab.picture.RgbPicture;
import java.util.Arrays;

/**
 * Draws a mesh in perspective on white: a z-buffer, flat shading from one light that stands still while the camera
 * moves around, all faces shaded as if they faced the camera (real meshes are not wound consistently), antialiasing by
 * drawing four times as large and averaging. The same mesh and view give the same pixels on every machine. Stateless
 * and thread-safe.
 */
public final class Renderer {
    private static final int OVERSAMPLING = 4;
    private static final double FIELD_OF_VIEW = Math.toRadians(40);
    private static final double FILL = 0.62;
    private static final double AMBIENT = 0.25;
    private static final double[] LIGHT = {0.70, -0.35, 0.62};
    private static final double[] COLOUR = {186, 202, 226};

    private final int side;

    /**
     * A renderer.
     *
     * @param side width and height of its pictures in pixels
     */
    public Renderer(int side) {
        if (side < 1) {
            throw new IllegalArgumentException("pictures of " + side + " pixels");
        }
        this.side = side;
    }

    /** Draws {@code mesh}, whatever its size and place, seen from {@code view}. */
    public RgbPicture render(Mesh mesh, View view) {
        Mesh placed = mesh.normalised();
        double distance = 1 / StrictMath.sin(FIELD_OF_VIEW / 2) / FILL;
        Canvas canvas = new Canvas(side * OVERSAMPLING);
        double[] seen = camera(placed.vertices(), view, distance);
        double[] light = camera(LIGHT, view, 0);
        int[] triangles = placed.triangles();
        for (int i = 0; i < triangles.length; i += 3) {
            canvas.triangle(seen, triangles[i] * 3, triangles[i + 1] * 3, triangles[i + 2] * 3, light);
        }
        return canvas.averaged();
    }

    /** Vertices as the camera sees them: x right, y down, z away from it. */
    private static double[] camera(double[] vertices, View view, double distance) {
        double ca = StrictMath.cos(view.azimuth());
        double sa = StrictMath.sin(view.azimuth());
        double ce = StrictMath.cos(view.elevation());
        double se = StrictMath.sin(view.elevation());
        double[] seen = new double[vertices.length];
        for (int i = 0; i < vertices.length; i += 3) {
            double right = vertices[i] * ca + vertices[i + 1] * sa;
            double away = -vertices[i] * sa + vertices[i + 1] * ca;
            double up = vertices[i + 2];
            seen[i] = right;
            seen[i + 1] = -(up * ce + away * se);
            seen[i + 2] = away * ce - up * se + distance;
        }
        return seen;
    }

    /** Light and depth of every oversampled pixel. */
    private final class Canvas {
        private final int size;
        private final double focal;
        private final float[] light;
        private final double[] inverseDepth;

        Canvas(int size) {
            this.size = size;
            this.focal = size / 2.0 / StrictMath.tan(FIELD_OF_VIEW / 2);
            this.light = new float[size * size];
            Arrays.fill(light, -1);
            this.inverseDepth = new double[size * size];
        }

        void triangle(double[] v, int a, int b, int c, double[] towardsLight) {
            float shade = shade(v, a, b, c, towardsLight);
            double ax = screen(v, a, 0);
            double ay = screen(v, a, 1);
            double bx = screen(v, b, 0);
            double by = screen(v, b, 1);
            double cx = screen(v, c, 0);
            double cy = screen(v, c, 1);
            double area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
            if (area == 0 || Double.isNaN(shade)) {
                return;
            }
            int top = pixel(Math.ceil(Math.min(ay, Math.min(by, cy)) - 0.5));
            int bottom = pixel(Math.floor(Math.max(ay, Math.max(by, cy)) - 0.5) + 1);
            int left = pixel(Math.ceil(Math.min(ax, Math.min(bx, cx)) - 0.5));
            int right = pixel(Math.floor(Math.max(ax, Math.max(bx, cx)) - 0.5) + 1);
            for (int y = top; y < bottom; y++) {
                for (int x = left; x < right; x++) {
                    double px = x + 0.5;
                    double py = y + 0.5;
                    double wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area;
                    double wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area;
                    double wc = 1 - wa - wb;
                    if (wa >= 0 && wb >= 0 && wc >= 0) {
                        plot(y * size + x, wa / v[a + 2] + wb / v[b + 2] + wc / v[c + 2], shade);
                    }
                }
            }
        }

        private void plot(int at, double nearness, float shade) {
            if (nearness > inverseDepth[at]) {
                inverseDepth[at] = nearness;
                light[at] = shade;
            }
        }

        private int pixel(double value) {
            return (int) Math.max(0, Math.min(size, value));
        }

        private double screen(double[] v, int vertex, int axis) {
            return size / 2.0 + focal * v[vertex + axis] / v[vertex + 2];
        }

        /** How directly a face is lit, 0 to 1. */
        private float shade(double[] v, int a, int b, int c, double[] towardsLight) {
            double ux = v[b] - v[a];
            double uy = v[b + 1] - v[a + 1];
            double uz = v[b + 2] - v[a + 2];
            double wx = v[c] - v[a];
            double wy = v[c + 1] - v[a + 1];
            double wz = v[c + 2] - v[a + 2];
            double nx = uy * wz - uz * wy;
            double ny = uz * wx - ux * wz;
            double nz = ux * wy - uy * wx;
            double length = Math.sqrt(nx * nx + ny * ny + nz * nz);
            double away = nx * v[a] + ny * v[a + 1] + nz * v[a + 2];
            double lit = (nx * towardsLight[0] + ny * towardsLight[1] + nz * towardsLight[2]) / length;
            double facing = 0.5 + 0.5 * (away > 0 ? -lit : lit);
            return (float) (AMBIENT + (1 - AMBIENT) * facing);
        }

        RgbPicture averaged() {
            byte[] samples = new byte[side * side * 3];
            double[] sum = new double[3];
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    add(x, y, sum);
                    for (int band = 0; band < 3; band++) {
                        samples[(y * side + x) * 3 + band] =
                                (byte) Math.round(sum[band] / (OVERSAMPLING * OVERSAMPLING));
                        sum[band] = 0;
                    }
                }
            }
            return new RgbPicture(side, side, samples);
        }

        private void add(int x, int y, double[] sum) {
            for (int dy = 0; dy < OVERSAMPLING; dy++) {
                for (int dx = 0; dx < OVERSAMPLING; dx++) {
                    float shade = light[(y * OVERSAMPLING + dy) * size + x * OVERSAMPLING + dx];
                    for (int band = 0; band < 3; band++) {
                        sum[band] += shade < 0 ? 255 : Math.min(255, COLOUR[band] * shade);
                    }
                }
            }
        }
    }
}
