package dev.embedonce.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cache.UncachedFeatures;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.store.Stores;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline with the bundled encoder, with a cache and without one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbedPipelineEncoderTest {
    @TempDir
    Path folder;

    private ImageEncoder encoder;

    @BeforeAll
    void open() {
        encoder = ImageEncoders.open(
                ImageEncoders.DEFAULT, EncoderOptions.builder().batchSize(2).build());
    }

    @AfterAll
    void close() {
        encoder.close();
    }

    @Test
    void run_withoutACache_saysWhatTheCacheSays() throws IOException {
        List<ImageItem> items = List.of(
                file("a.png", png(40)),
                ImageItem.of("bytes", png(50)),
                file("broken.png", new byte[] {1, 2, 3}),
                file("copy.png", png(40)),
                file("c.png", png(60)),
                ImageItem.of("gone.png", folder.resolve("gone.png")));

        List<String> uncached = run(new UncachedFeatures(), items);
        List<String> cached;
        List<String> warm;
        try (FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build()) {
            cached = run(cache, items);
            warm = run(cache, items);
        }

        assertThat(uncached).isEqualTo(cached);
        assertThat(cached.stream().map(line -> line.split(": ", 3)[1]))
                .containsExactly("encoded", "encoded", "failed", "hit", "encoded", "failed");
        assertThat(warm)
                .isEqualTo(cached.stream()
                        .map(line -> line.replace(": encoded: ", ": hit: "))
                        .toList());
    }

    @Test
    void run_fileOverwrittenSinceItWasHashed_fails() throws IOException {
        ImageItem overwritten = new ImageItem() {
            @Override
            public String path() {
                return "overwritten.png";
            }

            @Override
            public byte[] read(long maxBytes) throws IOException {
                return png(40);
            }

            @Override
            public HashedImage hash(Hasher hasher, long maxBytes) throws IOException {
                HashedImage before = ImageItem.inMemory(read(maxBytes), hasher);
                return HashedImage.of(before.contentHash(), png(50));
            }
        };

        assertThat(run(new UncachedFeatures(), List.of(overwritten)))
                .containsExactly("overwritten.png: failed: it changed while it was read");
    }

    private List<String> run(FeatureProvider features, List<ImageItem> items) throws IOException {
        List<String> lines = new ArrayList<>();
        EmbedPipeline.builder(features, encoder)
                .workers(2)
                .batch(8)
                .build()
                .run(ImageStream.of(items.iterator()), result -> lines.add(line(result)));
        return lines;
    }

    private static String line(ImageResult result) {
        if (result instanceof ImageResult.Embedded embedded) {
            return result.path() + ": " + embedded.status() + ": "
                    + Arrays.toString(embedded.embedding().toArray());
        }
        return result.path() + ": failed: "
                + ((ImageResult.Failed) result).error().getMessage();
    }

    private ImageItem file(String name, byte[] bytes) throws IOException {
        return ImageItem.of(name, Files.write(folder.resolve(name), bytes));
    }

    private static byte[] png(int side) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(side / 2, side / 2, 0xFF8040);
        ImageIO.write(picture, "png", bytes);
        return bytes.toByteArray();
    }
}
