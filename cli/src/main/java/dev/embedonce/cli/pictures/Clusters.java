package dev.embedonce.cli.pictures;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;

/** Puts pictures that are connected by duplicates, directly or through others, into one cluster. */
final class Clusters {
    private Clusters() {}

    /**
     * Pictures that belong together.
     *
     * @param representative the one with the most pixels, then the most bytes, then the first
     * @param members the representative, then the others in order
     * @param pairs the pairs that connect them, in order
     * @param links how each member is connected: to the representative if there is such a pair, else by its closest one
     */
    record Cluster(int representative, List<Integer> members, List<Pair> pairs, Map<Integer, Pair> links) {
        Pair link(int member) {
            return Objects.requireNonNull(links.get(member), "every member is in a pair");
        }
    }

    /** The clusters that {@code duplicates} make, in the order of their first pictures. */
    static List<Cluster> of(List<HashedPicture> pictures, List<Pair> duplicates) {
        int[] parents = new int[pictures.size()];
        for (int i = 0; i < parents.length; i++) {
            parents[i] = i;
        }
        for (Pair pair : duplicates) {
            int a = root(parents, pair.first());
            int b = root(parents, pair.second());
            parents[Math.max(a, b)] = Math.min(a, b);
        }
        Map<Integer, List<Integer>> members = new LinkedHashMap<>();
        for (int i = 0; i < parents.length; i++) {
            members.computeIfAbsent(root(parents, i), root -> new ArrayList<>(1))
                    .add(i);
        }
        Map<Integer, List<Pair>> pairs = new LinkedHashMap<>();
        for (Pair pair : duplicates) {
            pairs.computeIfAbsent(root(parents, pair.first()), root -> new ArrayList<>())
                    .add(pair);
        }
        List<Cluster> clusters = new ArrayList<>();
        members.forEach((root, list) -> {
            if (list.size() > 1) {
                clusters.add(cluster(pictures, list, pairs.getOrDefault(root, List.of())));
            }
        });
        return clusters;
    }

    private static Cluster cluster(List<HashedPicture> pictures, List<Integer> members, List<Pair> pairs) {
        int best = members.stream()
                .min(Comparator.comparingLong((Integer i) -> -pictures.get(i).pixels())
                        .thenComparingLong(i -> -pictures.get(i).sizeBytes()))
                .orElseThrow();
        List<Integer> ordered = new ArrayList<>(members.size());
        ordered.add(best);
        members.stream().filter(member -> member != best).forEach(ordered::add);
        BinaryOperator<Pair> closer =
                BinaryOperator.minBy(Comparator.comparing((Pair pair) -> pair.first() != best && pair.second() != best)
                        .thenComparing(Pair::verdict)
                        .thenComparing(pair -> -pair.cosine())
                        .thenComparing(Pair::hamming));
        Map<Integer, Pair> links = new HashMap<>();
        for (Pair pair : pairs) {
            links.merge(pair.first(), pair, closer);
            links.merge(pair.second(), pair, closer);
        }
        return new Cluster(best, List.copyOf(ordered), List.copyOf(pairs), Map.copyOf(links));
    }

    private static int root(int[] parents, int i) {
        int at = i;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }
}
