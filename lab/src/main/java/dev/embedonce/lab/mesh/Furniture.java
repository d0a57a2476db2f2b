package dev.embedonce.lab.mesh;

/** Beds, benches, bookshelves, chairs and tables, front towards -y. */
final class Furniture {
    private Furniture() {}

    static Mesh bed(Dice dice) {
        Shapes shapes = new Shapes();
        double width = dice.between(0.9, 2);
        double length = dice.between(1.9, 2.2);
        double frame = dice.between(0.2, 0.4);
        double mattress = dice.between(0.15, 0.35);
        double head = dice.between(0.5, 1.2);
        shapes.posts(width, length, 0, frame, 0.09, 0, dice.chance(0.5));
        shapes.block(0, 0, frame * 0.5, width, length, frame * 0.5);
        shapes.block(0, 0, frame, width * 0.95, length * 0.96, mattress);
        double top = frame + mattress;
        if (dice.chance(0.6)) {
            shapes.block(0, length / 2, 0, width * dice.between(1, 1.15), 0.08, top + head);
        } else {
            int bars = dice.whole(4, 9);
            for (int i = 0; i <= bars; i++) {
                double x = width * (i / (double) bars - 0.5);
                shapes.rod(new Point(x, length / 2, 0), new Point(x, length / 2, top + head), 0.025);
            }
            shapes.rod(
                    new Point(-width / 2, length / 2, top + head), new Point(width / 2, length / 2, top + head), 0.04);
        }
        if (dice.chance(0.5)) {
            shapes.block(0, -length / 2, 0, width, 0.07, top + head * dice.between(0.1, 0.5));
        }
        int pillows = width > 1.3 ? 2 : 1;
        for (int i = 0; i < pillows; i++) {
            double x = pillows == 1 ? 0 : (i - 0.5) * width * 0.47;
            shapes.ellipsoid(new Point(x, length * 0.36, top + 0.06), width * 0.4 / pillows, 0.22, 0.1);
        }
        if (dice.chance(0.4)) {
            double blanket = length * dice.between(0.3, 0.6);
            shapes.box(-width * 0.52, -length * 0.49, frame * 0.7, width * 0.52, -length * 0.49 + blanket, top + 0.04);
        }
        return shapes.build();
    }

    static Mesh bench(Dice dice) {
        Shapes shapes = new Shapes();
        double width = dice.between(1.2, 2.4);
        double depth = dice.between(0.35, 0.6);
        double seat = dice.between(0.38, 0.5);
        slats(shapes, dice.whole(1, 5), width, depth, seat);
        int supports = dice.whole(2, 3);
        boolean slabs = dice.chance(0.5);
        for (int i = 0; i < supports; i++) {
            double x = width * 0.84 * (i / (supports - 1.0) - 0.5);
            if (slabs) {
                shapes.block(x, 0, 0, 0.1, depth * 0.9, seat);
            } else {
                shapes.rod(new Point(x, -depth * 0.4, 0), new Point(x, -depth * 0.3, seat), 0.03);
                shapes.rod(new Point(x, depth * 0.45, 0), new Point(x, depth * 0.3, seat), 0.03);
                shapes.rod(new Point(x, -depth * 0.4, seat * 0.3), new Point(x, depth * 0.42, seat * 0.3), 0.02);
            }
        }
        if (dice.chance(0.65)) {
            int bars = dice.whole(1, 4);
            double back = dice.between(0.35, 0.55);
            for (int i = 0; i < bars; i++) {
                double z = seat + 0.12 + back * i / bars;
                double y = depth / 2 + 0.12 * (z - seat);
                shapes.box(-width / 2, y, z, width / 2, y + 0.03, z + back / bars * 0.75);
            }
            for (int side = -1; side <= 1; side += 2) {
                double x = side * width * 0.4;
                shapes.rod(new Point(x, depth * 0.45, seat), new Point(x, depth / 2 + 0.12 * back, seat + back), 0.03);
                if (dice.chance(0.6)) {
                    shapes.block(side * width * 0.48, 0, seat + 0.22, 0.07, depth, 0.04);
                    shapes.block(side * width * 0.48, -depth * 0.45, seat, 0.05, 0.05, 0.22);
                }
            }
        }
        return shapes.build();
    }

    private static void slats(Shapes shapes, int count, double width, double depth, double height) {
        double each = depth / count;
        for (int i = 0; i < count; i++) {
            double y = -depth / 2 + each * i;
            shapes.box(-width / 2, y, height, width / 2, y + each * (count == 1 ? 1 : 0.8), height + 0.05);
        }
    }

    static Mesh bookshelf(Dice dice) {
        Shapes shapes = new Shapes();
        double width = dice.between(0.6, 1.6);
        double height = dice.between(1, 2.2);
        double depth = dice.between(0.25, 0.4);
        int shelves = dice.whole(2, 6);
        int columns = width > 1.1 ? dice.whole(1, 3) : 1;
        double board = 0.03;
        for (int i = 0; i <= columns; i++) {
            double x = width * (i / (double) columns - 0.5);
            shapes.block(x, 0, 0, board, depth, height);
        }
        for (int i = 0; i <= shelves; i++) {
            double z = 0.06 + (height - 0.06 - board) * i / shelves;
            shapes.block(0, 0, z, width, depth, board);
        }
        if (dice.chance(0.6)) {
            shapes.box(-width / 2, depth / 2 - 0.01, 0, width / 2, depth / 2, height);
        }
        double full = dice.between(0.1, 0.9);
        double room = (height - 0.06 - board) / shelves;
        for (int shelf = 0; shelf < shelves; shelf++) {
            for (int column = 0; column < columns; column++) {
                double x = width * (column / (double) columns - 0.5) + board;
                double end = width * ((column + full) / columns - 0.5);
                while (x < end) {
                    double thick = dice.between(0.02, 0.07);
                    double tall = room * dice.between(0.5, 0.85);
                    double z = 0.06 + room * shelf + board;
                    shapes.box(x, -depth * 0.4, z, x + thick, depth * 0.3, z + tall);
                    x += thick * 1.15;
                }
            }
        }
        return shapes.build();
    }

    static Mesh chair(Dice dice) {
        Shapes shapes = new Shapes();
        double width = dice.between(0.4, 0.6);
        double depth = dice.between(0.4, 0.55);
        double seat = dice.between(0.4, 0.5);
        double back = dice.between(0.3, 0.65);
        double lean = dice.between(0, 0.15);
        boolean round = dice.chance(0.3);
        if (round) {
            shapes.plate(new Point(0, 0, seat), width / 2, depth / 2, 0.05, angle -> 1);
        } else {
            shapes.block(0, 0, seat, width, depth, dice.between(0.03, 0.12));
        }
        if (dice.chance(0.3)) {
            shapes.rod(new Point(0, 0, 0.06), new Point(0, 0, seat), 0.03);
            int feet = dice.whole(4, 5);
            for (int i = 0; i < feet; i++) {
                double angle = 2 * Math.PI * i / feet;
                Point foot = new Point(0.3 * StrictMath.cos(angle), 0.3 * StrictMath.sin(angle), 0.03);
                shapes.rod(new Point(0, 0, 0.09), foot, 0.025);
            }
        } else {
            double inset = round ? 0.72 : 1;
            shapes.posts(width * inset, depth * inset, 0, seat, 0.045, dice.between(0, 0.06), dice.chance(0.5));
        }
        double backWidth = round ? width * 0.75 : width;
        backrest(shapes, dice, backWidth, depth / 2 * (round ? 0.72 : 1) - 0.03, seat, back, lean);
        if (dice.chance(0.4)) {
            for (int side = -1; side <= 1; side += 2) {
                shapes.block(side * width / 2, 0, seat + 0.2, 0.05, depth, 0.03);
                shapes.block(side * width / 2, -depth * 0.42, seat, 0.04, 0.04, 0.2);
            }
        }
        return shapes.build();
    }

    private static void backrest(
            Shapes shapes, Dice dice, double width, double y, double seat, double height, double lean) {
        if (dice.chance(0.5)) {
            double gap = dice.between(0, 0.2);
            shapes.hull(
                    edge(width, y + lean * gap, seat + gap),
                    edge(width * dice.between(0.7, 1), y + lean, seat + height));
            gap(shapes, width, y, seat, gap);
            return;
        }
        int bars = dice.whole(2, 6);
        for (int i = 0; i <= bars; i++) {
            double x = (width - 0.04) * (i / (double) bars - 0.5);
            shapes.rod(new Point(x, y, seat), new Point(x, y + lean, seat + height), 0.014);
        }
        shapes.hull(edge(width, y + lean, seat + height - 0.03), edge(width, y + lean, seat + height + 0.05));
    }

    private static void gap(Shapes shapes, double width, double y, double seat, double gap) {
        for (int side = -1; side <= 1; side += 2) {
            double x = side * width * 0.4;
            shapes.rod(new Point(x, y, seat), new Point(x, y, seat + gap + 0.01), 0.02);
        }
    }

    private static Point[] edge(double width, double y, double z) {
        return new Point[] {
            new Point(-width / 2, y, z),
            new Point(width / 2, y, z),
            new Point(width / 2, y + 0.035, z),
            new Point(-width / 2, y + 0.035, z)
        };
    }

    static Mesh table(Dice dice) {
        Shapes shapes = new Shapes();
        double width = dice.between(0.8, 2);
        double depth = dice.between(0.6, 1);
        double height = dice.between(0.4, 0.78);
        double top = dice.between(0.02, 0.08);
        boolean oval = dice.chance(0.35);
        if (oval) {
            shapes.plate(new Point(0, 0, height), width / 2, depth / 2, top, angle -> 1);
        } else {
            shapes.block(0, 0, height, width, depth, top);
        }
        int legs = dice.whole(0, 3);
        if (legs == 0 || (oval && legs == 1)) {
            double base = Math.min(width, depth) * 0.36;
            shapes.rod(new Point(0, 0, 0.04), new Point(0, 0, height), dice.between(0.04, 0.09));
            shapes.plate(new Point(0, 0, 0), base, base, 0.05, angle -> 1);
        } else if (legs == 1) {
            for (int side = -1; side <= 1; side += 2) {
                shapes.block(side * width * 0.4, 0, 0, 0.06, depth * 0.85, height);
            }
            shapes.block(0, 0, height * 0.35, width * 0.8, 0.05, 0.08);
        } else {
            double inset = oval ? 0.68 : 0.96;
            shapes.posts(
                    width * inset,
                    depth * inset,
                    0,
                    height,
                    dice.between(0.04, 0.1),
                    dice.between(0, 0.05),
                    dice.chance(0.4));
        }
        if (!oval && dice.chance(0.4)) {
            shapes.block(0, -depth * 0.1, height - 0.14, width * 0.6, depth * 0.7, 0.14);
        }
        if (!oval && dice.chance(0.25)) {
            shapes.block(0, 0, height * 0.25, width * 0.9, depth * 0.9, 0.03);
        }
        return shapes.build();
    }
}
