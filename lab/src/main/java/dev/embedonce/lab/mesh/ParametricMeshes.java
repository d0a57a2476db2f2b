package dev.embedonce.lab.mesh;

import dev.embedonce.lab.base.Seeds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The built-in corpus: objects of the first ten of ModelNet40's classes that the article renders, made of simple solids
 * with random dimensions. They stand in for the real meshes, which have licences of their own and are not shipped.
 */
public final class ParametricMeshes {
    private static final Map<String, Function<Dice, Mesh>> CLASSES = classes();

    private ParametricMeshes() {}

    private static Map<String, Function<Dice, Mesh>> classes() {
        Map<String, Function<Dice, Mesh>> classes = new LinkedHashMap<>();
        classes.put("airplane", Vehicles::airplane);
        classes.put("bed", Furniture::bed);
        classes.put("bench", Furniture::bench);
        classes.put("bookshelf", Furniture::bookshelf);
        classes.put("car", Vehicles::car);
        classes.put("chair", Furniture::chair);
        classes.put("guitar", Things::guitar);
        classes.put("lamp", Things::lamp);
        classes.put("monitor", Things::monitor);
        classes.put("table", Furniture::table);
        return classes;
    }

    /** The names of the ten classes, in alphabetical order. */
    public static List<String> categories() {
        return List.copyOf(CLASSES.keySet());
    }

    /**
     * One object.
     *
     * @param category one of {@link #categories}
     * @param number from 1; every one is different
     * @param seed the run's; the same arguments give the same mesh on every machine
     */
    public static Mesh mesh(String category, int number, long seed) {
        Function<Dice, Mesh> maker = CLASSES.get(category);
        if (maker == null) {
            throw new IllegalArgumentException("no class '" + category + "'; there are " + categories());
        }
        return maker.apply(new Dice(Seeds.random(seed, "mesh", category, number)));
    }
}
