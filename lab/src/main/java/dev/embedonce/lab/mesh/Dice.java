package dev.embedonce.lab.mesh;

import java.util.Random;

/** Draws the random dimensions of an object. */
record Dice(Random random) {
    double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    /** Both ends are included. */
    int whole(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
