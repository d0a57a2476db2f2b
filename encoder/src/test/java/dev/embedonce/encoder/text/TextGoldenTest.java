package dev.embedonce.encoder.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.text.TextCase.Golden;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens equal to transformers', and vectors as near as the same mathematics in another order is. */
class TextGoldenTest {
    private static final float TOLERANCE = 1e-4f;

    @TempDir
    static Path cache;

    private static TextEncoder open(TextCase model) {
        return TextEncoders.open(
                model.folder(), EncoderOptions.builder().cacheFolder(cache).build());
    }

    @ParameterizedTest
    @EnumSource
    void prepare_everyText_asTransformers(TextCase model) {
        List<Golden> goldens = model.goldens();
        assertThat(goldens.stream().filter(model::isExact)).hasSizeGreaterThanOrEqualTo(28);
        try (TextEncoder encoder = open(model)) {
            SoftAssertions soft = new SoftAssertions();
            for (Golden golden : goldens) {
                PreparedText prepared = encoder.prepare(golden.utf8());
                boolean same = list(prepared.inputIds()).equals(golden.inputIds())
                        && list(prepared.attentionMask()).equals(golden.attentionMask());
                soft.assertThat(same)
                        .as("'%s': %s", golden.text(), list(prepared.inputIds()))
                        .isEqualTo(model.isExact(golden));
            }
            soft.assertAll();
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_aloneAndTogether_asTransformers(TextCase model) {
        List<Golden> goldens = model.goldens();
        List<float[]> expected = model.features("features");
        try (TextEncoder encoder = open(model)) {
            List<PreparedText> prepared = goldens.stream()
                    .map(golden -> encoder.prepare(golden.utf8()))
                    .toList();
            List<Map<String, Tensor>> together = encoder.encode(prepared);
            assertThat(together).hasSameSizeAs(goldens);
            for (int i = 0; i < goldens.size(); i++) {
                float[] alone = encoder.embed(goldens.get(i).text()).toArray();
                assertThat(alone).hasSize(encoder.dimension());
                if (model.isExact(goldens.get(i))) {
                    assertNear(vector(together.get(i)), expected.get(i), goldens.get(i));
                    assertNear(alone, expected.get(i), goldens.get(i));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLIP", "CLIP_OTHER_PADDING"})
    void encode_clip_asWithoutPadding(TextCase model) {
        List<Golden> goldens = model.goldens();
        List<float[]> expected = model.features("features.alone");
        try (TextEncoder encoder = open(model)) {
            for (int i = 0; i < goldens.size(); i++) {
                assertNear(encoder.embed(goldens.get(i).text()).toArray(), expected.get(i), goldens.get(i));
            }
        }
    }

    @Test
    void encode_threads_sameAnswersInOrder() {
        List<Golden> goldens = TextCase.SIGLIP.goldens();
        EncoderOptions.Builder options = EncoderOptions.builder().cacheFolder(cache);
        try (TextEncoder one = TextEncoders.open(TextCase.SIGLIP.folder(), options.build());
                TextEncoder three = TextEncoders.open(
                        TextCase.SIGLIP.folder(), options.threads(3).build())) {
            List<PreparedText> prepared =
                    goldens.stream().map(golden -> one.prepare(golden.utf8())).toList();
            for (int count : new int[] {0, 1, 2, 4, goldens.size()}) {
                List<Map<String, Tensor>> answers = three.encode(prepared.subList(0, count));
                assertThat(answers).hasSize(count);
                for (int i = 0; i < count; i++) {
                    float[] expected = one.embed(goldens.get(i).text()).toArray();
                    assertNear(vector(answers.get(i)), expected, goldens.get(i));
                }
            }
        }
    }

    private static void assertNear(float[] actual, float[] expected, Golden golden) {
        assertThat(actual).as("vector of '%s'", golden.text()).containsExactly(expected, offset(TOLERANCE));
    }

    private static float[] vector(Map<String, Tensor> answer) {
        Tensor tensor = Objects.requireNonNull(answer.get(Entry.EMBEDDING));
        float[] vector = new float[(int) tensor.elementCount()];
        tensor.floats().get(vector);
        return vector;
    }

    private static List<Long> list(Tensor tensor) {
        List<Long> values = new ArrayList<>();
        for (LongBuffer longs = tensor.longs(); longs.hasRemaining(); ) {
            values.add(longs.get());
        }
        return values;
    }
}
