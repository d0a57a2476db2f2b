package dev.embedonce.lab.mesh;

import java.util.function.DoubleUnaryOperator;

/**
 * Builds objects from simple solids. Lengths have no unit: meshes are normalised before they are drawn. Uses {@link
 * StrictMath}, so that every machine gives the same numbers. Not thread-safe.
 */
final class Shapes {
    private static final int SEGMENTS = 22;
    private static final int RINGS = 10;

    private final MeshBuilder mesh = new MeshBuilder();

    Mesh build() {
        return mesh.build();
    }

    /** A box between two corners. */
    Shapes box(double x0, double y0, double z0, double x1, double y1, double z1) {
        return hull(
                new Point[] {new Point(x0, y0, z0), new Point(x1, y0, z0), new Point(x1, y1, z0), new Point(x0, y1, z0)
                },
                new Point[] {new Point(x0, y0, z1), new Point(x1, y0, z1), new Point(x1, y1, z1), new Point(x0, y1, z1)
                });
    }

    /** A box that stands on height {@code z}, centred at {@code (x, y)}. */
    Shapes block(double x, double y, double z, double width, double depth, double height) {
        return box(x - width / 2, y - depth / 2, z, x + width / 2, y + depth / 2, z + height);
    }

    /** The solid between two polygons with the same number of corners: both faces and the walls. */
    Shapes hull(Point[] one, Point[] other) {
        int n = one.length;
        int first = mesh.vertexCount();
        for (Point p : one) {
            mesh.vertex(p.x(), p.y(), p.z());
        }
        for (Point p : other) {
            mesh.vertex(p.x(), p.y(), p.z());
        }
        for (int i = 0; i < n; i++) {
            int next = (i + 1) % n;
            mesh.face(first + i, first + next, first + n + next, first + n + i);
        }
        cap(first, n, centre(one));
        cap(first + n, n, centre(other));
        return this;
    }

    private void cap(int first, int corners, Point centre) {
        int middle = mesh.vertex(centre.x(), centre.y(), centre.z());
        for (int i = 0; i < corners; i++) {
            mesh.face(middle, first + i, first + (i + 1) % corners);
        }
    }

    private static Point centre(Point[] polygon) {
        Point sum = new Point(0, 0, 0);
        for (Point p : polygon) {
            sum = sum.plus(p);
        }
        return sum.times(1.0 / polygon.length);
    }

    /** A round rod, which may taper. */
    Shapes rod(Point from, Point to, double fromRadius, double toRadius) {
        return hull(circle(from, to.minus(from), fromRadius), circle(to, to.minus(from), toRadius));
    }

    Shapes rod(Point from, Point to, double radius) {
        return rod(from, to, radius, radius);
    }

    private static Point[] circle(Point centre, Point axis, double radius) {
        Point direction = axis.unit();
        Point helper = Math.abs(direction.z()) < 0.9 ? new Point(0, 0, 1) : new Point(1, 0, 0);
        Point u = direction.cross(helper).unit();
        Point v = direction.cross(u);
        Point[] circle = new Point[SEGMENTS];
        for (int i = 0; i < SEGMENTS; i++) {
            double angle = 2 * Math.PI * i / SEGMENTS;
            circle[i] =
                    centre.plus(u.times(radius * StrictMath.cos(angle))).plus(v.times(radius * StrictMath.sin(angle)));
        }
        return circle;
    }

    /**
     * A solid of revolution about the line from one point to another: {@code radius} takes the position along it, 0 to
     * 1.
     */
    Shapes turned(Point from, Point to, DoubleUnaryOperator radius) {
        Point axis = to.minus(from);
        Point[] before = circle(from, axis, radius.applyAsDouble(0));
        for (int i = 1; i <= RINGS; i++) {
            double at = (double) i / RINGS;
            Point[] here = circle(from.plus(axis.times(at)), axis, radius.applyAsDouble(at));
            hull(before, here);
            before = here;
        }
        return this;
    }

    /** An ellipsoid with axes along x, y and z. */
    Shapes ellipsoid(Point centre, double rx, double ry, double rz) {
        Point[] before = oval(centre, rx, ry, rz, -1);
        for (int i = 1; i <= RINGS; i++) {
            Point[] here = oval(centre, rx, ry, rz, -StrictMath.cos(Math.PI * i / RINGS));
            hull(before, here);
            before = here;
        }
        return this;
    }

    private static Point[] oval(Point centre, double rx, double ry, double rz, double height) {
        double share = Math.sqrt(Math.max(0, 1 - height * height));
        return outline(centre.z() + height * rz, angle -> share, centre, rx, ry);
    }

    /** A plate whose outline is a radius for each angle, scaled by {@code rx} and {@code ry}. */
    Shapes plate(Point centre, double rx, double ry, double thickness, DoubleUnaryOperator radius) {
        return hull(
                outline(centre.z(), radius, centre, rx, ry), outline(centre.z() + thickness, radius, centre, rx, ry));
    }

    private static Point[] outline(double z, DoubleUnaryOperator radius, Point centre, double rx, double ry) {
        int corners = 2 * SEGMENTS;
        Point[] outline = new Point[corners];
        for (int i = 0; i < corners; i++) {
            double angle = 2 * Math.PI * i / corners;
            double r = radius.applyAsDouble(angle);
            outline[i] = new Point(
                    centre.x() + rx * r * StrictMath.cos(angle), centre.y() + ry * r * StrictMath.sin(angle), z);
        }
        return outline;
    }

    /** Four legs or posts at the corners of a rectangle around the z axis, from one height to another. */
    Shapes posts(double width, double depth, double from, double to, double thickness, double splay, boolean round) {
        for (int sx = -1; sx <= 1; sx += 2) {
            for (int sy = -1; sy <= 1; sy += 2) {
                double x = sx * (width / 2 - thickness / 2);
                double y = sy * (depth / 2 - thickness / 2);
                Point foot = new Point(x + sx * splay, y + sy * splay, from);
                Point top = new Point(x, y, to);
                if (round) {
                    rod(foot, top, thickness * 0.4, thickness * 0.5);
                } else {
                    hull(square(foot, thickness), square(top, thickness));
                }
            }
        }
        return this;
    }

    private static Point[] square(Point centre, double side) {
        double h = side / 2;
        return new Point[] {
            centre.plus(new Point(-h, -h, 0)),
            centre.plus(new Point(h, -h, 0)),
            centre.plus(new Point(h, h, 0)),
            centre.plus(new Point(-h, h, 0))
        };
    }
}
