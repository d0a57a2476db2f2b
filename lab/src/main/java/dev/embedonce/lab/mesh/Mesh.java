package dev.embedonce.lab.mesh;

/**
 * A triangle mesh. z is up. Not to be changed.
 *
 * @param vertices {@code [n * 3]}: x, y, z of each vertex
 * @param triangles {@code [m * 3]}: three vertex numbers a triangle, from 0; either winding
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
public record Mesh(double[] vertices, int[] triangles) {
    public Mesh {
        if (vertices.length % 3 != 0 || triangles.length % 3 != 0) {
            throw new IllegalArgumentException("vertices and triangles come in threes");
        }
        int count = vertices.length / 3;
        for (int vertex : triangles) {
            if (vertex < 0 || vertex >= count) {
                throw new IllegalArgumentException("vertex " + vertex + " of " + count);
            }
        }
    }

    public int vertexCount() {
        return vertices.length / 3;
    }

    public int triangleCount() {
        return triangles.length / 3;
    }

    /**
     * This mesh moved and scaled so that its bounding box is centred on the origin and its farthest vertex lies at
     * distance 1.
     */
    public Mesh normalised() {
        double[] moved = vertices.clone();
        for (int axis = 0; axis < 3; axis++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int i = axis; i < moved.length; i += 3) {
                low = Math.min(low, moved[i]);
                high = Math.max(high, moved[i]);
            }
            for (int i = axis; i < moved.length; i += 3) {
                moved[i] -= (low + high) / 2;
            }
        }
        double farthest = 0;
        for (int i = 0; i < moved.length; i += 3) {
            farthest =
                    Math.max(farthest, moved[i] * moved[i] + moved[i + 1] * moved[i + 1] + moved[i + 2] * moved[i + 2]);
        }
        double scale = farthest == 0 ? 1 : 1 / Math.sqrt(farthest);
        for (int i = 0; i < moved.length; i++) {
            moved[i] *= scale;
        }
        return new Mesh(moved, triangles);
    }
}
