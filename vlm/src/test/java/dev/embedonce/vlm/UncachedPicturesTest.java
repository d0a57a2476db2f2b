package dev.embedonce.vlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Source;
import dev.embedonce.store.Stores;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of one request are encoded alike with a cache and without one. */
class UncachedPicturesTest {
    private final Tower tower = new Tower();

    /** Takes two pictures in a batch at most; fails for each batch that holds "poison". */
    private static final class Tower implements FeatureEncoder<ProcessedImage> {
        private final List<Integer> batches = new ArrayList<>();

        @Override
        public String modelVersion() {
            return "tower@1";
        }

        @Override
        public String preprocVersion() {
            return "text@1";
        }

        @Override
        public String runtime() {
            return "test";
        }

        @Override
        public int batchSize() {
            return 2;
        }

        @Override
        public ProcessedImage prepare(byte[] image) {
            String text = new String(image, StandardCharsets.UTF_8);
            float poison = text.equals("poison") ? 1 : 0;
            return new ProcessedImage(
                    Map.of("pixel_values", Tensor.ofFloats(new float[] {text.hashCode(), poison})), Map.of(), 0, 0);
        }

        @Override
        public List<Map<String, Tensor>> encode(List<ProcessedImage> batch) {
            batches.add(batch.size());
            List<Tensor> pixels = batch.stream().map(Tower::pixels).toList();
            if (pixels.stream().anyMatch(one -> one.floats().get(1) == 1)) {
                throw new IllegalStateException("poison");
            }
            return pixels.stream()
                    .map(one -> Map.of(VisionFeatures.FEATURES, one))
                    .toList();
        }

        private static Tensor pixels(ProcessedImage image) {
            return image.inputs().values().iterator().next();
        }
    }

    private List<ImageReport> encode(boolean cached, String... pictures) {
        List<byte[]> images = Stream.of(pictures)
                .map(picture -> picture.getBytes(StandardCharsets.UTF_8))
                .toList();
        try (FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build()) {
            return TensorModel.encode(images, tower, cached ? cache : null);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void encode_equalPictures_areEncodedOnce(boolean cached) {
        List<ImageReport> reports = encode(cached, "a", "a", "b", "a");

        assertThat(reports)
                .extracting(ImageReport::source)
                .containsExactly(Source.ENCODED, Source.SHARED, Source.ENCODED, Source.SHARED);
        assertThat(reports.get(1).features()).isEqualTo(reports.get(0).features());
        assertThat(tower.batches).containsExactly(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void encode_batchThatFails_namesThePictureThatFailsAlone(boolean cached) {
        assertThatThrownBy(() -> encode(cached, "a", "poison", "b"))
                .isInstanceOf(BadImageException.class)
                .hasMessage("image 2: poison");
        assertThat(tower.batches).containsExactly(2, 1, 1, 1);
    }
}
