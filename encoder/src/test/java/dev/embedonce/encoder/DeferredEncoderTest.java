package dev.embedonce.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.process.ImageProcessor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeferredEncoderTest {
    private static final int DIMENSION = 1280;

    private final List<ImageEncoder> opened = new ArrayList<>();
    private final byte[] picture = BlankPicture.png(20, 10, 99);

    /** The bundled encoder, opened at once because its output is asked for by name. */
    private ImageEncoder open() {
        EncoderOptions options =
                EncoderOptions.builder().output("pooler_output").build();
        ImageEncoder encoder = ImageEncoders.open(ImageEncoders.DEFAULT, options);
        opened.add(encoder);
        return encoder;
    }

    private DeferredEncoder deferred(String version, int dimension) {
        ImageProcessor processor = ImageProcessor.builder().centreCrop(224, 224).build();
        return new DeferredEncoder(
                new DeferredEncoder.Known(version, "pixel_values", processor, dimension, 4, 1), this::open);
    }

    @Test
    void bundledEncoder_saysOfItselfWhatItsSessionSays() {
        try (ImageEncoder deferred = ImageEncoders.open(ImageEncoders.DEFAULT, EncoderOptions.defaults());
                ImageEncoder eager = open()) {
            assertThat(deferred).isInstanceOf(DeferredEncoder.class);
            assertThat(eager).isInstanceOf(OnnxImageEncoder.class);
            assertThat(deferred.modelVersion()).isEqualTo(eager.modelVersion());
            assertThat(deferred.preprocVersion()).isEqualTo(eager.preprocVersion());
            assertThat(deferred.dimension()).isEqualTo(eager.dimension());
            assertThat(deferred.batchSize()).isEqualTo(eager.batchSize());
            assertThat(deferred.threads()).isEqualTo(eager.threads());
            assertThat(deferred.imagesPerRun()).isEqualTo(eager.imagesPerRun());
            assertThat(deferred.prepare(picture).inputDigest())
                    .isEqualTo(eager.prepare(picture).inputDigest());
            assertThat(deferred.embed(picture)).isEqualTo(eager.embed(picture));
            assertThat(deferred.runtime()).isEqualTo(eager.runtime());
        }
    }

    @Test
    void encode_opensOnce_andNothingElseDoes() {
        String version = open().modelVersion();
        opened.remove(0).close();
        try (DeferredEncoder encoder = deferred(version, DIMENSION)) {
            PreparedImage prepared = encoder.prepare(picture);
            assertThat(encoder.modelVersion()).isEqualTo(version);
            assertThat(opened).isEmpty();

            encoder.encode(List.of(prepared));
            encoder.encode(List.of(prepared));

            assertThat(opened).hasSize(1);
        }
        assertThatThrownBy(() -> opened.get(0).encode(List.of())).hasMessageContaining("closed");
    }

    @Test
    void encode_openedIsAnother_isRefusedAndClosed() {
        try (DeferredEncoder encoder = deferred("other@sha256:00", DIMENSION)) {
            PreparedImage prepared = encoder.prepare(picture);

            assertThatThrownBy(() -> encoder.encode(List.of(prepared)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("expected other@sha256:00");
            assertThatThrownBy(() -> opened.get(0).encode(List.of())).hasMessageContaining("closed");
        }
    }

    @Test
    void close_neverOpened_opensNothing() {
        DeferredEncoder encoder = deferred("x", DIMENSION);
        PreparedImage prepared = encoder.prepare(picture);

        encoder.close();

        assertThatThrownBy(() -> encoder.encode(List.of(prepared))).hasMessageContaining("closed");
        assertThat(opened).isEmpty();
    }
}
