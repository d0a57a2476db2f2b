package dev.embedonce.image.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.pixel.ImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeRuleTest {
    /** Sizes as smart_resize of transformers 5.23's glm4v gives them. */
    @ParameterizedTest
    @CsvSource({
        "6000, 4000, 28, 2, 12544, 9633792, 2688, 1792",
        "1700, 2200, 28, 2, 12544, 9633792, 1708, 2212",
        "100, 100, 28, 2, 12544, 9633792, 112, 112",
        "42, 70, 28, 2, 12544, 9633792, 84, 112",
        "3, 2, 28, 2, 12544, 9633792, 112, 84",
        "1, 60, 28, 2, 12544, 9633792, 28, 1680",
        "190, 9, 12, 2, 1024, 3072, 168, 12",
        "27, 900, 28, 3, 12544, 9633792, 28, 924",
        "1024, 768, 28, 1, 12544, 11760000, 1036, 756",
        "28, 5600, 28, 2, 12544, 9633792, 28, 5600"
    })
    void frameMultiples_sizes_areThoseOfTheReference(
            int width, int height, int factor, int frames, long least, long most, int newWidth, int newHeight) {
        assertThat(new ResizeRule.FrameMultiples(factor, frames, least, most).sizeFor(width, height))
                .isEqualTo(new ResizeRule.Size(newWidth, newHeight));
    }

    /** Sizes as smart_resize of transformers 5.23's paddleocr_vl gives them. */
    @ParameterizedTest
    @CsvSource({
        "6000, 4000, 28, 147384, 2822400, 2044, 1344",
        "1700, 2200, 28, 147384, 2822400, 1456, 1904",
        "100, 100, 28, 147384, 2822400, 392, 392",
        "3, 2, 28, 147384, 2822400, 476, 336",
        "5, 3, 28, 784, 2822400, 56, 28",
        "190, 9, 12, 1024, 3072, 252, 12",
        "1, 60, 12, 1024, 3072, 12, 420",
        "60, 7, 28, 3136, 2822400, 252, 28",
        "27, 900, 28, 147384, 2822400, 84, 2240",
        "1, 200, 28, 147456, 2359296, 28, 5600"
    })
    void enlargedMultiples_sizes_areThoseOfTheReference(
            int width, int height, int factor, long least, long most, int newWidth, int newHeight) {
        assertThat(new ResizeRule.EnlargedMultiples(factor, least, most).sizeFor(width, height))
                .isEqualTo(new ResizeRule.Size(newWidth, newHeight));
    }

    @Test
    void enlargedMultiples_tooLong_isRefused() {
        ResizeRule rule = new ResizeRule.EnlargedMultiples(28, 147_384, 2_822_400);
        assertThatThrownBy(() -> rule.sizeFor(2, 401))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("200 times");
    }

    /** Sizes as smart_resize of the published code of ERNIE 4.5 VL gives them. */
    @ParameterizedTest
    @CsvSource({
        "6000, 4000, 28, 3136, 4842768, 2688, 1792",
        "1700, 2200, 28, 3136, 4842768, 1708, 2212",
        "10, 10, 28, 3136, 4842768, 56, 56",
        "1000, 10, 28, 3136, 4842768, 1008, 28",
        "10, 1000, 28, 3136, 4842768, 28, 1008",
        "3, 2, 28, 3136, 4842768, 84, 56",
        "9000, 40, 28, 3136, 4842768, 5600, 28",
        "9000, 44, 28, 3136, 4842768, 11200, 56",
        "1, 60, 12, 576, 1536, 12, 60",
        "1, 300, 28, 3136, 4842768, 28, 5600"
    })
    void boundedMultiples_sizes_areThoseOfTheReference(
            int width, int height, int factor, long least, long most, int newWidth, int newHeight) {
        assertThat(new ResizeRule.BoundedMultiples(factor, least, most).sizeFor(width, height))
                .isEqualTo(new ResizeRule.Size(newWidth, newHeight));
    }

    @Test
    void boundedMultiples_tooLongForTheLimits_isRefused() {
        ResizeRule rule = new ResizeRule.BoundedMultiples(28, 3136, 100_352);
        assertThatThrownBy(() -> rule.sizeFor(5600, 28))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("5600x28")
                .hasMessageContaining("3136 to 100352 pixels");
    }

    @Test
    void frameMultiples_tooLong_isRefused() {
        ResizeRule rule = new ResizeRule.FrameMultiples(28, 2, 12_544, 9_633_792);
        assertThatThrownBy(() -> rule.sizeFor(28, 5601))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("200 times");
        assertThat(rule.sizeFor(1, 199)).isEqualTo(new ResizeRule.Size(28, 5572));
    }
}
