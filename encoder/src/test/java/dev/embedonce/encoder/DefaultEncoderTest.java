package dev.embedonce.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultEncoderTest {
    /** Another build of the same runtime adds up in another order; features reach about 6. */
    private static final float SAME_MODEL = 2e-5f;
    /** Most weights are kept in 16 bits; measured, 4e-6 from 1 at most. */
    private static final double HALF_WEIGHTS_COSINE = 0.99999;
    /** The same for a flat picture, whose features are nearly zero and have no direction worth the name. */
    private static final float HALF_WEIGHTS_FLAT = 1e-3f;

    private static final String NOISE = "noise-224";
    private static final List<String> PICTURES = List.of(NOISE, "waves-420x300", "shapes-257x391", "grey-256");

    @TempDir
    static Path cache;

    private static ImageEncoder encoder;

    @BeforeAll
    static void open() {
        encoder = open(options());
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    private static EncoderOptions.Builder options() {
        return EncoderOptions.builder().cacheFolder(cache);
    }

    private static ImageEncoder open(EncoderOptions.Builder options) {
        return ImageEncoders.open(ImageEncoders.DEFAULT, options.build());
    }

    @ParameterizedTest
    @ValueSource(strings = {NOISE, "waves-420x300", "shapes-257x391", "grey-256"})
    void embed_equalsPythonsRuntimeOnPillowsPixels(String name) {
        float[] expected = Goldens.vector(name + ".runtime");

        float[] found = encoder.embed(Goldens.picture(name)).toArray();

        assertThat(found).hasSize(1280).containsExactly(expected, offset(SAME_MODEL));
    }

    @ParameterizedTest
    @ValueSource(strings = {NOISE, "waves-420x300", "shapes-257x391"})
    void embed_isCloseToThePublishedFloat32Weights(String name) {
        float[] expected = Goldens.vector(name + ".reference");

        float[] found = encoder.embed(Goldens.picture(name)).toArray();

        assertThat(cosine(found, expected)).isGreaterThan(HALF_WEIGHTS_COSINE);
    }

    @Test
    void embed_flatPicture_isCloseToThePublishedFloat32Weights() {
        float[] expected = Goldens.vector("grey-256.reference");

        float[] found = encoder.embed(Goldens.picture("grey-256")).toArray();

        assertThat(found).containsExactly(expected, offset(HALF_WEIGHTS_FLAT));
    }

    @Test
    void goldens_belongToTheBundledModel() throws Exception {
        JsonNode manifest = JsonFiles.parse("manifest.json", Goldens.read("manifest.json"));
        try (InputStream in = BundledModel.class.getResourceAsStream("default/model.onnx")) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());

            assertThat(manifest.path("model_sha256").asText())
                    .isEqualTo(HexFormat.of().formatHex(digest));
        }
    }

    @Test
    void encode_batch_isBitForBitWhatEachPictureIsAlone() {
        List<PreparedImage> batch =
                PICTURES.stream().map(p -> encoder.prepare(Goldens.picture(p))).toList();

        List<Map<String, Tensor>> together = encoder.encode(batch);

        assertThat(together).hasSize(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            assertThat(together.get(i))
                    .isEqualTo(encoder.encode(List.of(batch.get(i))).get(0));
        }
    }

    @Test
    void encode_sameBatchTwice_givesTheSameBits() {
        List<PreparedImage> batch =
                PICTURES.stream().map(p -> encoder.prepare(Goldens.picture(p))).toList();

        assertThat(encoder.encode(batch)).isEqualTo(encoder.encode(batch));
    }

    @Test
    void encode_emptyBatch_givesNothing() {
        assertThat(encoder.encode(List.of())).isEmpty();
    }

    @Test
    void encode_fromSeveralThreads_givesTheSameBitsAsFromOne() throws Exception {
        List<PreparedImage> pictures =
                PICTURES.stream().map(p -> encoder.prepare(Goldens.picture(p))).toList();
        List<List<Map<String, Tensor>>> alone =
                pictures.stream().map(p -> encoder.encode(List.of(p))).toList();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<List<Map<String, Tensor>>>> work = new ArrayList<>();
            for (int i = 0; i < 48; i++) {
                PreparedImage picture = pictures.get(i % pictures.size());
                work.add(() -> encoder.encode(List.of(picture)));
            }
            List<Future<List<Map<String, Tensor>>>> answers = threads.invokeAll(work);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(alone.get(i % pictures.size()));
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void encode_dividedAmongThreads_answersInOrder() {
        List<PreparedImage> batch = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            batch.add(encoder.prepare(Goldens.picture(PICTURES.get(i % PICTURES.size()))));
        }
        try (ImageEncoder parallel = open(options().threads(3))) {
            List<Map<String, Tensor>> answers = parallel.encode(batch);

            assertThat(parallel.threads()).isEqualTo(3);
            for (int i = 0; i < batch.size(); i++) {
                assertThat(answers.get(i))
                        .isEqualTo(encoder.encode(List.of(batch.get(i))).get(0));
            }
        }
    }

    @Test
    void prepare_samePixels_haveOneInputDigest() {
        PreparedImage first = encoder.prepare(Goldens.picture(NOISE));
        PreparedImage again = encoder.prepare(Goldens.picture(NOISE));
        PreparedImage other = encoder.prepare(Goldens.picture("grey-256"));

        assertThat(first.inputDigest()).isEqualTo(again.inputDigest()).isNotEqualTo(other.inputDigest());
        assertThat(first.width()).isEqualTo(224);
        assertThat(other.height()).isEqualTo(256);
        assertThat(first.pixelValues().shape()).containsExactly(3, 224, 224);
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    @Test
    void prepare_pixelsThatDifferInOneSample_haveOtherInputDigests() throws IOException {
        BufferedImage image = new BufferedImage(256, 256, BufferedImage.TYPE_INT_RGB);
        PreparedImage black = encoder.prepare(png(image));
        image.setRGB(128, 128, 0x0000FF);
        PreparedImage dotted = encoder.prepare(png(image));

        assertThat(dotted.pixelValues()).isNotEqualTo(black.pixelValues());
        assertThat(dotted.inputDigest()).isNotEqualTo(black.inputDigest());
    }

    @Test
    void normalize_givesUnitVectorsUnderAnotherModelVersion() {
        try (ImageEncoder unit = open(options().normalize(true))) {
            Embedding vector = unit.embed(Goldens.picture(NOISE));

            double squares = 0;
            for (float value : vector.toArray()) {
                squares += (double) value * value;
            }
            assertThat(Math.sqrt(squares)).isCloseTo(1, offset(1e-6));
            assertThat(cosine(vector.toArray(), Goldens.vector(NOISE + ".runtime")))
                    .isGreaterThan(0.999999);
            assertThat(unit.modelVersion()).isNotEqualTo(encoder.modelVersion());
            assertThat(unit.preprocVersion()).isEqualTo(encoder.preprocVersion());
        }
    }

    @Test
    void versions_nameTheArchitectureAndDoNotDependOnSpeedOptions() {
        try (ImageEncoder other = open(options().threads(2).batchSize(3))) {
            assertThat(encoder.modelVersion()).matches("efficientnet_lite0@sha256:[0-9a-f]{64}");
            assertThat(other.modelVersion()).isEqualTo(encoder.modelVersion());
            assertThat(other.batchSize()).isEqualTo(3);
        }
        assertThat(encoder.runtime()).matches("onnxruntime \\d+\\.\\d+\\.\\d+ cpu");
        assertThat(encoder.dimension()).isEqualTo(1280);
    }

    @Test
    void encode_afterClose_isRefused() {
        ImageEncoder closed = open(options());
        PreparedImage picture = closed.prepare(Goldens.picture(NOISE));
        closed.close();
        closed.close();

        assertThatThrownBy(() -> closed.encode(List.of(picture))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void open_unknownModel_isOneClearError() {
        assertThatThrownBy(() -> ImageEncoders.open("no-such-model", options().build()))
                .hasMessageContaining("'no-such-model'")
                .hasMessageContaining(".onnx")
                .hasMessageNotContaining("\n");
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
