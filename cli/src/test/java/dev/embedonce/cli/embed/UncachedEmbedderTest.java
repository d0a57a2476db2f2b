package dev.embedonce.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cache.HashedImage;
import dev.embedonce.cache.Outcome;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class UncachedEmbedderTest {
    @Test
    void embed_fileOverwrittenSinceItWasHashed_fails() throws IOException {
        try (ImageEncoder encoder = ImageEncoders.open(
                ImageEncoders.DEFAULT, EncoderOptions.builder().build())) {
            UncachedEmbedder embedder = new UncachedEmbedder(encoder);
            byte[] before = png(40);
            HashedImage sound = HashedImage.of(embedder.hash(new ByteArrayInputStream(before)), before);
            HashedImage overwritten = HashedImage.of(sound.contentHash(), png(50));

            List<Outcome> outcomes = embedder.embed(List.of(overwritten, sound));

            assertThat(((Outcome.Failed) outcomes.get(0)).error()).hasMessage("it changed while it was read");
            assertThat(outcomes.get(1)).isInstanceOf(Outcome.Served.class);
            assertThat(embedder.stats().failed()).isEqualTo(1);
        }
    }

    private static byte[] png(int side) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB), "png", bytes);
        return bytes.toByteArray();
    }
}
