package dev.embedonce.image.internal.jpeg;

/** The order in which coefficients are sent. */
final class Zigzag {
    /** Index in the 8 x 8 block, row by row, of the coefficient sent at each place. */
    static final int[] NATURAL = natural();

    private Zigzag() {}

    private static int[] natural() {
        int[] order = new int[64];
        int x = 0;
        int y = 0;
        for (int i = 0; i < 64; i++) {
            order[i] = 8 * y + x;
            boolean up = ((x + y) & 1) == 0;
            if (up && x == 7) {
                y++;
            } else if (up && y == 0) {
                x++;
            } else if (!up && y == 7) {
                x++;
            } else if (!up && x == 0) {
                y++;
            } else {
                x += up ? 1 : -1;
                y += up ? -1 : 1;
            }
        }
        return order;
    }
}
