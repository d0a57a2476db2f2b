package com.example.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.example.search.EmbedAndSearch.Match;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.store.Stores;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedAndSearchTest {
    private static final Path PICTURES = Path.of("../pictures");

    /** A CLIP model with random weights, so small that its words mean nothing. */
    private static final String CLIP = "../../encoder/src/test/resources/text/clip";

    @TempDir
    Path folder;

    private FeatureCache open() {
        return FeatureCache.over(Stores.open("sqlite:" + folder.resolve("vectors.db")))
                .build();
    }

    @Test
    void picture_isClosestToItself_andIsEncodedOnce() throws Exception {
        Path lake = PICTURES.resolve("lake.webp");
        List<Match> first;
        try (FeatureCache cache = open()) {
            first = new EmbedAndSearch(cache, "default").closest(PICTURES, lake.toString());
        }
        assertEquals(11, first.size());
        assertEquals(lake, first.get(0).picture());
        assertEquals(1, first.get(0).cosine(), 1e-9);

        try (FeatureCache again = open()) {
            assertEquals(first, new EmbedAndSearch(again, "default").closest(PICTURES, lake.toString()));
            assertEquals(0, again.stats().encoded());
        }
    }

    @Test
    void words_areComparedWithPictures() throws Exception {
        try (FeatureCache cache = open()) {
            assertEquals(11, new EmbedAndSearch(cache, CLIP).closest(PICTURES, "a lake").size());
        }
    }

    @Test
    void words_needAModelWithATextSide() {
        try (FeatureCache cache = open()) {
            EmbedAndSearch search = new EmbedAndSearch(cache, "default");
            assertThrows(ModelLoadException.class, () -> search.closest(PICTURES, "a lake"));
        }
    }
}
