package dev.embedonce.lab.mesh;

/** Airplanes and cars, nose towards x. */
final class Vehicles {
    private Vehicles() {}

    static Mesh airplane(Dice dice) {
        Shapes shapes = new Shapes();
        double length = dice.between(8, 12);
        double radius = length * dice.between(0.045, 0.075);
        shapes.turned(
                new Point(-length / 2, 0, radius * 0.5), new Point(length / 2, 0, 0), at -> radius * fuselage(at));
        double span = length * dice.between(0.38, 0.6);
        double chord = length * dice.between(0.13, 0.22);
        double sweep = length * dice.between(0.0, 0.25);
        double height = dice.chance(0.3) ? radius * 0.8 : -radius * 0.5;
        double dihedral = span * dice.between(-0.02, 0.12);
        double middle = length * dice.between(0.0, 0.1);
        double taper = dice.between(0.25, 0.8);
        for (int side = -1; side <= 1; side += 2) {
            wing(shapes, new Point(middle, 0, height), chord, sweep, side * span, dihedral, taper);
            wing(
                    shapes,
                    new Point(-length * 0.4, 0, radius * 0.6),
                    chord * 0.55,
                    sweep * 0.4,
                    side * span * 0.38,
                    0,
                    0.6);
        }
        double fin = length * dice.between(0.12, 0.18);
        shapes.hull(
                upright(-length * 0.36, radius * 0.6, chord * 0.75),
                upright(-length * 0.36 - fin * 0.6, radius + fin, chord * 0.4));
        int engines = dice.whole(0, 2);
        for (int i = 1; i <= engines; i++) {
            for (int side = -1; side <= 1; side += 2) {
                double out = span * 0.28 * i + radius;
                double x = middle - sweep * out / span + chord * 0.3;
                double z = height - radius * 0.5 + dihedral * out / span;
                shapes.rod(
                        new Point(x - chord * 0.4, side * out, z),
                        new Point(x + chord * 0.35, side * out, z),
                        radius * 0.42);
            }
        }
        if (engines == 0) {
            shapes.block(length / 2, 0, -radius * 2.4, radius * 0.12, radius * 0.35, radius * 4.8);
        }
        return shapes.build();
    }

    private static double fuselage(double at) {
        double nose = Math.min(1, (1 - at) / 0.16);
        double tail = Math.min(1, at / 0.4);
        return Math.sqrt(Math.max(0.02, nose)) * (0.18 + 0.82 * tail);
    }

    private static void wing(
            Shapes shapes, Point root, double chord, double sweep, double span, double dihedral, double taper) {
        Point tip = root.plus(new Point(-sweep, span, dihedral));
        shapes.hull(section(root, chord), section(tip, chord * taper));
    }

    private static Point[] section(Point at, double chord) {
        double t = chord * 0.05;
        return new Point[] {
            at.plus(new Point(chord / 2, 0, 0)),
            at.plus(new Point(0, 0, t)),
            at.plus(new Point(-chord / 2, 0, 0)),
            at.plus(new Point(0, 0, -t))
        };
    }

    private static Point[] upright(double x, double z, double chord) {
        double t = chord * 0.06;
        return new Point[] {
            new Point(x + chord / 2, 0, z), new Point(x, t, z), new Point(x - chord / 2, 0, z), new Point(x, -t, z)
        };
    }

    static Mesh car(Dice dice) {
        Shapes shapes = new Shapes();
        double length = dice.between(3.6, 5);
        double width = dice.between(1.6, 1.95);
        double wheel = dice.between(0.28, 0.4);
        double belt = wheel + dice.between(0.5, 0.75);
        double roof = belt + dice.between(0.4, 0.85);
        double clearance = wheel * 0.6;
        double front = length / 2;
        double bonnet = belt - dice.between(0, 0.15);
        shapes.hull(
                new Point[] {
                    new Point(-front, -width / 2, clearance),
                    new Point(front, -width / 2, clearance),
                    new Point(front, -width / 2, bonnet - 0.1),
                    new Point(front * 0.45, -width / 2, belt),
                    new Point(-front, -width / 2, belt)
                },
                new Point[] {
                    new Point(-front, width / 2, clearance),
                    new Point(front, width / 2, clearance),
                    new Point(front, width / 2, bonnet - 0.1),
                    new Point(front * 0.45, width / 2, belt),
                    new Point(-front, width / 2, belt)
                });
        double windscreen = front * dice.between(0.25, 0.5);
        int type = dice.whole(0, 3);
        double rear = type == 0 ? -front * 0.6 : type == 1 ? -front * 0.95 : type == 2 ? front * 0.02 : -front * 0.75;
        double slope = type == 1 ? 0.05 : dice.between(0.2, 0.5);
        double inner = width * dice.between(0.8, 0.92);
        shapes.hull(
                level(rear, windscreen, width * 0.96, belt),
                level(rear + slope, windscreen - dice.between(0.35, 0.6), inner, roof));
        double axle = length * dice.between(0.28, 0.33);
        for (int end = -1; end <= 1; end += 2) {
            for (int side = -1; side <= 1; side += 2) {
                double y = side * width / 2;
                shapes.rod(
                        new Point(end * axle, y - side * 0.22, wheel),
                        new Point(end * axle, y + side * 0.04, wheel),
                        wheel);
            }
        }
        if (dice.chance(0.3)) {
            shapes.block(-front * 0.95, 0, belt + 0.15, 0.25, width * 0.9, 0.06);
            shapes.posts(0.2, width * 0.7, belt, belt + 0.15, 0.06, 0, false);
        }
        return shapes.build();
    }

    private static Point[] level(double x0, double x1, double width, double z) {
        return new Point[] {
            new Point(x0, -width / 2, z),
            new Point(x1, -width / 2, z),
            new Point(x1, width / 2, z),
            new Point(x0, width / 2, z)
        };
    }
}
