package dev.embedonce.lab;

/**
 * How much is measured.
 *
 * @param name what people call it
 * @param objectsPerClass rendered, of each of ten classes
 * @param views of each object
 * @param passImages in the cold and the warm pass
 * @param churnImages in each cycle of the churn simulation
 * @param cycles of the churn simulation
 * @param churn share of images that change before each cycle but the first
 * @param sweepImages at each batch size
 * @param sideImages in the comparison with the article's class
 */
public record Scale(
        String name,
        int objectsPerClass,
        int views,
        int passImages,
        int churnImages,
        int cycles,
        double churn,
        int sweepImages,
        int sideImages) {
    /** The article's numbers: about 25 minutes on two cores. */
    public static final Scale FULL = new Scale("full", 20, 8, 800, 800, 30, 0.2, 400, 800);

    /** The same experiments on fewer images and cycles: about 3 minutes on two cores. */
    public static final Scale QUICK = new Scale("quick", 20, 8, 400, 200, 6, 0.2, 200, 200);

    public Scale {
        if (objectsPerClass < 1 || views < 1 || cycles < 2 || !(churn > 0 && churn <= 1)) {
            throw new IllegalArgumentException("not a scale: " + name);
        }
        if (Math.min(Math.min(passImages, churnImages), Math.min(sweepImages, sideImages)) < 2) {
            throw new IllegalArgumentException("every experiment needs two images; " + name + " has fewer");
        }
    }

    /** Pictures of the whole corpus of meshes. */
    public int corpusImages(int classes) {
        return classes * objectsPerClass * views;
    }
}
