package dev.embedonce.lab.mesh;

import java.util.Arrays;

/** Collects vertices and faces. Not thread-safe. */
final class MeshBuilder {
    private double[] vertices = new double[256];
    private int vertexLength;
    private int[] triangles = new int[256];
    private int triangleLength;

    /** Adds a vertex and returns its number, from 0. */
    int vertex(double x, double y, double z) {
        if (vertexLength + 3 > vertices.length) {
            vertices = Arrays.copyOf(vertices, vertices.length * 2);
        }
        vertices[vertexLength++] = x;
        vertices[vertexLength++] = y;
        vertices[vertexLength++] = z;
        return vertexLength / 3 - 1;
    }

    int vertexCount() {
        return vertexLength / 3;
    }

    /** Adds a polygon of three or more vertices, as a fan of triangles. */
    void face(int... polygon) {
        for (int i = 2; i < polygon.length; i++) {
            if (triangleLength + 3 > triangles.length) {
                triangles = Arrays.copyOf(triangles, triangles.length * 2);
            }
            triangles[triangleLength++] = polygon[0];
            triangles[triangleLength++] = polygon[i - 1];
            triangles[triangleLength++] = polygon[i];
        }
    }

    Mesh build() {
        return new Mesh(Arrays.copyOf(vertices, vertexLength), Arrays.copyOf(triangles, triangleLength));
    }
}
