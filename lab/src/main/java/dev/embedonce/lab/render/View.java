package dev.embedonce.lab.render;

/**
 * Where the camera stands.
 *
 * @param azimuth around the z axis, radians; 0 looks along +y, at the front of most objects
 * @param elevation above the horizon, radians
 */
public record View(double azimuth, double elevation) {
    private static final double RING_ELEVATION = Math.toRadians(25);

    /** One of {@code count} evenly spaced cameras on a ring a little above the object. */
    public static View onRing(int number, int count) {
        return new View(2 * Math.PI * number / count + Math.toRadians(20), RING_ELEVATION);
    }
}
