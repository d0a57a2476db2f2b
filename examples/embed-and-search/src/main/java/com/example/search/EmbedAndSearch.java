package com.example.search;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.embed.EmbedPipeline;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageResult;
import dev.embedonce.embed.ImageStream;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.encoder.text.TextEncoders;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Finds the pictures of a folder that are closest to a picture or to words. Each picture is encoded once, ever. */
public final class EmbedAndSearch {
    private final FeatureCache cache;
    private final String model;

    /** A picture and how close it is: 1 is the same direction, 0 is unrelated. */
    record Match(Path picture, double cosine) {}

    /**
     * @param cache the caller's, who closes it
     * @param model {@code default}, a model folder or a name on the hub; words need a CLIP or SigLIP model
     */
    EmbedAndSearch(FeatureCache cache, String model) {
        this.cache = cache;
        this.model = model;
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            System.err.println("usage: FOLDER (PICTURE | WORDS) [MODEL]");
            System.exit(2);
        }
        try (FeatureCache cache =
                FeatureCache.over(Stores.open("sqlite:vectors.db")).build()) {
            EmbedAndSearch search = new EmbedAndSearch(cache, args.length == 3 ? args[2] : ImageEncoders.DEFAULT);
            for (Match match : search.closest(Path.of(args[0]), args[1])) {
                System.out.printf("%.4f  %s%n", match.cosine(), match.picture());
            }
            CacheStats stats = cache.stats();
            System.out.println(stats.encoded() + " encoded, " + (stats.hits() + stats.pixelHits()) + " reused");
        }
    }

    /** The pictures in {@code folder}, the closest to {@code query} first; files that are no pictures are left out. */
    List<Match> closest(Path folder, String query) throws IOException {
        try (ImageEncoder encoder = ImageEncoders.open(model, EncoderOptions.defaults())) {
            float[] wanted = embed(query, encoder);
            List<Match> matches = new ArrayList<>();
            EmbedPipeline pipeline = EmbedPipeline.builder(cache, encoder).build();
            try (Stream<Path> files = Files.list(folder).filter(Files::isRegularFile)) {
                ImageStream pictures = ImageStream.of(
                        files.map(file -> ImageItem.of(file.toString(), file)).iterator());
                pipeline.run(pictures, result -> {
                    if (result instanceof ImageResult.Embedded found) {
                        double cosine = cosine(wanted, found.embedding().toArray());
                        matches.add(new Match(Path.of(found.path()), cosine));
                    }
                });
            }
            matches.sort(Comparator.comparingDouble(Match::cosine).reversed());
            return matches;
        }
    }

    /** The vector of the picture in the file {@code query}, or else of these words. */
    private float[] embed(String query, ImageEncoder images) throws IOException {
        if (Files.isRegularFile(Path.of(query))) {
            byte[] picture = Files.readAllBytes(Path.of(query));
            return cache.getOrCompute(picture, images).embedding().toArray();
        }
        try (TextEncoder texts = TextEncoders.open(model, EncoderOptions.defaults())) {
            byte[] words = query.getBytes(StandardCharsets.UTF_8);
            return cache.getOrCompute(words, texts).embedding().toArray();
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresOfA += (double) a[i] * a[i];
            squaresOfB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }
}
