package dev.embedonce.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbedOptionsTest {
    @Test
    void names_areReadInAnyCase() {
        EmbedOptions options = EmbedOptions.of(
                Map.of("CACHE", "c", "wave-images", "7", "taskimages", "3", "pixel_hits", "TRUE", "batch", "2"));
        assertThat(options.cache()).isEqualTo("c");
        assertThat(options.waveImages()).isEqualTo(7);
        assertThat(options.taskImages()).isEqualTo(3);
        assertThat(options.pixelHits()).isTrue();
        assertThat(options.strict()).isFalse();
        assertThat(options.encoder().batch()).isEqualTo(2);
    }

    @Test
    void whatMakesNoSense_isRefused() {
        refused("unknown option [cash]", Map.of("cache", "c", "cash", "x"));
        refused("is there twice", Map.of("cache", "c", "waveImages", "1", "wave-images", "2"));
        refused("cache (the folder of a table) and store", Map.of());
        refused("cache (the folder of a table) and store", Map.of("cache", "c", "store", "s"));
        refused("waveImages: expected a number", Map.of("cache", "c", "waveImages", "0"));
        refused("batch: expected a number", Map.of("cache", "c", "batch", "many"));
        refused("strict: expected true or false", Map.of("cache", "c", "strict", "yes"));
        refused("'int2' is not one of", Map.of("cache", "c", "dtype", "int2"));
    }

    private static void refused(String why, Map<String, String> options) {
        assertThatThrownBy(() -> EmbedOptions.of(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
