package dev.embedonce.image.resize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.image.Golden;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** Pictures resized as float32 samples, against torchvision. */
class FloatGoldenTest {
    /** Of normalised values, which lie within 2.7 of zero: 1e-6 of samples from 0 to 1. */
    private static final float TOLERANCE = 4e-6f;

    @Test
    void dinov3_isTorchvisionsUpToRounding() {
        JsonNode described = Golden.json("dinov3.json");
        FloatBuffer expected = ByteBuffer.wrap(Golden.resource("dinov3.f32"))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float worst = 0;
        for (JsonNode settings : described.get("settings")) {
            ImageProcessor processor = HfImageProcessors.parse(
                    settings.toString(), null, PixelOptions.defaults().withExif(ExifPolicy.APPLY));
            assertThat(processor.preprocVersion()).contains("/hf-torchvision/");
            for (JsonNode name : described.get("pictures")) {
                float difference = difference(processor.process(Golden.pictureBytes(name.asText())), expected);
                assertThat(difference).as(name.asText()).isLessThan(TOLERANCE);
                worst = Math.max(worst, difference);
            }
        }
        assertThat(expected.hasRemaining()).isFalse();
        System.out.println("largest difference to torchvision " + worst);
    }

    private static float difference(PixelValues ours, FloatBuffer expected) {
        float worst = 0;
        FloatBuffer values = ours.data().duplicate();
        while (values.hasRemaining()) {
            worst = Math.max(worst, Math.abs(values.get() - expected.get()));
        }
        return worst;
    }
}
