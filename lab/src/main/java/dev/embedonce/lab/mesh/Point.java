package dev.embedonce.lab.mesh;

/** A point or a direction; z is up. */
record Point(double x, double y, double z) {
    Point plus(Point o) {
        return new Point(x + o.x, y + o.y, z + o.z);
    }

    Point minus(Point o) {
        return new Point(x - o.x, y - o.y, z - o.z);
    }

    Point times(double factor) {
        return new Point(x * factor, y * factor, z * factor);
    }

    Point cross(Point o) {
        return new Point(y * o.z - z * o.y, z * o.x - x * o.z, x * o.y - y * o.x);
    }

    Point unit() {
        double length = Math.sqrt(x * x + y * y + z * z);
        return times(1 / length);
    }
}
