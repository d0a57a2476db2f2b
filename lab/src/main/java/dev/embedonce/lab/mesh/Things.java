package dev.embedonce.lab.mesh;

/** Guitars, lamps and monitors, front towards -y. */
final class Things {
    private Things() {}

    static Mesh guitar(Dice dice) {
        Shapes shapes = new Shapes();
        double length = dice.between(0.42, 0.52);
        double width = dice.between(0.3, 0.4);
        double depth = dice.chance(0.5) ? dice.between(0.035, 0.05) : dice.between(0.08, 0.12);
        double waist = dice.between(0.12, 0.3);
        double cut = dice.between(0, 0.3);
        shapes.plate(new Point(0, 0, 0), length / 2, width / 2, depth, angle -> body(angle, waist, cut));
        double neck = dice.between(0.42, 0.55);
        double end = length * 0.42 + neck;
        shapes.box(length * 0.1, -0.026, depth, end, 0.026, depth + 0.02);
        double head = dice.between(0.12, 0.18);
        shapes.hull(
                new Point[] {
                    new Point(end, -0.03, depth),
                    new Point(end, 0.03, depth),
                    new Point(end, 0.03, depth + 0.018),
                    new Point(end, -0.03, depth + 0.018)
                },
                new Point[] {
                    new Point(end + head, -0.05, depth - 0.02), new Point(end + head, 0.045, depth - 0.02),
                    new Point(end + head, 0.045, depth), new Point(end + head, -0.05, depth)
                });
        for (int i = 0; i < 3; i++) {
            for (int side = -1; side <= 1; side += 2) {
                double x = end + head * (0.2 + 0.3 * i);
                shapes.rod(new Point(x, side * 0.03, depth), new Point(x, side * 0.075, depth), 0.009);
            }
        }
        shapes.block(-length * 0.28, 0, depth, 0.03, width * 0.4, 0.015);
        if (depth < 0.06) {
            int pickups = dice.whole(1, 3);
            for (int i = 0; i < pickups; i++) {
                shapes.block(-length * 0.15 + 0.08 * i, 0, depth, 0.03, 0.1, 0.012);
            }
            shapes.rod(
                    new Point(-length * 0.3, -width * 0.3, depth),
                    new Point(-length * 0.3, -width * 0.3, depth + 0.02),
                    0.015);
        } else {
            double hole = dice.between(0.04, 0.055);
            shapes.turned(new Point(length * 0.12, 0, depth), new Point(length * 0.12, 0, depth + 0.012), at -> hole);
        }
        return stoodUp(shapes.build());
    }

    /** Two bouts and a waist between them; {@code cut} takes a piece from one shoulder. */
    private static double body(double angle, double waist, double cut) {
        double shape = 1 - waist * StrictMath.pow(StrictMath.sin(angle), 2) * (0.6 + 0.4 * StrictMath.cos(2 * angle));
        double narrowTop = StrictMath.cos(angle) > 0 ? 1 - 0.12 * StrictMath.cos(angle) : 1;
        double middle = 1 - waist * StrictMath.exp(-StrictMath.pow(StrictMath.cos(angle) - 0.15, 2) * 18);
        double shoulder = StrictMath.exp(-StrictMath.pow((angle - 0.75) * 3, 2));
        return (0.55 * shape + 0.45) * narrowTop * middle * (1 - cut * shoulder);
    }

    /** x becomes up, z becomes front. */
    private static Mesh stoodUp(Mesh lying) {
        double[] v = lying.vertices();
        double[] turned = new double[v.length];
        for (int i = 0; i < v.length; i += 3) {
            turned[i] = v[i + 1];
            turned[i + 1] = -v[i + 2];
            turned[i + 2] = v[i];
        }
        return new Mesh(turned, lying.triangles());
    }

    static Mesh lamp(Dice dice) {
        Shapes shapes = new Shapes();
        double height = dice.between(0.4, 1.5);
        double shade = dice.between(0.1, 0.22) * (0.7 + height * 0.4);
        double base = dice.between(0.07, 0.16);
        shapes.plate(new Point(0, 0, 0), base, base, dice.between(0.015, 0.05), angle -> 1);
        boolean desk = dice.chance(0.35);
        if (desk) {
            Point elbow = new Point(-height * dice.between(0.1, 0.3), 0, height * dice.between(0.45, 0.6));
            Point head = new Point(height * dice.between(0.2, 0.4), 0, height * dice.between(0.65, 0.9));
            shapes.rod(new Point(0, 0, 0), elbow, 0.013).rod(elbow, head, 0.013);
            shapes.rod(head, head.plus(new Point(shade * 0.8, 0, -shade)), shade * 0.25, shade * 0.75);
        } else {
            double belly = dice.between(0.01, 0.09);
            double swing = dice.between(1, 4);
            double neck = height - shade;
            shapes.turned(
                    new Point(0, 0, 0.02),
                    new Point(0, 0, neck),
                    at -> 0.014 + belly * StrictMath.pow(StrictMath.sin(Math.PI * at * swing * 0.5), 2) * (1 - at));
            double tall = shade * dice.between(0.9, 1.6);
            double top = shade * dice.between(0.35, 1);
            shapes.rod(new Point(0, 0, neck), new Point(0, 0, neck + tall), shade, top);
            shapes.rod(new Point(shade * 0.5, 0.02, neck - shade * 0.7), new Point(shade * 0.5, 0.02, neck), 0.006);
        }
        double side = dice.chance(0.5) ? 1 : -1;
        shapes.rod(new Point(0, base * 0.5 * side, 0.012), new Point(base * 2.2, base * 1.6 * side, 0.008), 0.007);
        return shapes.build();
    }

    static Mesh monitor(Dice dice) {
        Shapes shapes = new Shapes();
        double width = dice.between(0.4, 0.8);
        double height = width * dice.between(0.45, 0.8);
        double depth = dice.between(0.02, 0.06);
        double foot = dice.between(0.06, 0.2);
        double bezel = dice.between(0.012, 0.04);
        double bottom = foot;
        shapes.box(-width / 2, 0, bottom, width / 2, depth, bottom + height);
        shapes.box(-width / 2, -0.012, bottom, -width / 2 + bezel, 0, bottom + height);
        shapes.box(width / 2 - bezel, -0.012, bottom, width / 2, 0, bottom + height);
        shapes.box(-width / 2, -0.012, bottom + height - bezel, width / 2, 0, bottom + height);
        shapes.box(-width / 2, -0.012, bottom, width / 2, 0, bottom + bezel * dice.between(1, 2.5));
        if (dice.chance(0.35)) {
            shapes.hull(
                    panel(width * 0.9, height * 0.9, bottom, depth),
                    panel(width * 0.4, height * 0.5, bottom + 0.05, depth + width * 0.35));
        }
        double stand = width * dice.between(0.2, 0.5);
        shapes.block(0, depth + 0.02, 0, stand * 0.25, 0.035, foot + height * 0.4);
        if (dice.chance(0.5)) {
            shapes.plate(new Point(0, depth, 0), stand * 0.8, stand * 0.5, 0.018, angle -> 1);
        } else {
            shapes.block(0, depth, 0, stand * 1.5, stand * dice.between(0.6, 1), 0.018);
        }
        return shapes.build();
    }

    private static Point[] panel(double width, double height, double z, double y) {
        double low = z + 0.02;
        return new Point[] {
            new Point(-width / 2, y, low),
            new Point(width / 2, y, low),
            new Point(width / 2, y, low + height),
            new Point(-width / 2, y, low + height)
        };
    }
}
