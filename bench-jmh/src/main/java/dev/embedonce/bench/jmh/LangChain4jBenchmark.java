package dev.embedonce.bench.jmh;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.langchain4j.CachingEmbeddingModel;
import dev.embedonce.langchain4j.EmbedOnceEmbeddingModel;
import dev.embedonce.store.Stores;
import dev.embedonce.value.Entry;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hit of a picture of 100 KB from the heap tier: through the cache alone, and through LangChain4j's two embedding
 * models. What these cost is the difference of the medians, less {@link #base64}, which the framework's images make
 * necessary.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@SuppressWarnings("NullAway.Init") // by open()
public class LangChain4jBenchmark {
    /** Noise of so many pixels a side is a PNG of 100 KB. */
    private static final int SIDE = 182;

    private FeatureCache cache;
    private ImageEncoder encoder;
    private byte[] picture;
    private ImageContent image;
    private EmbeddingModel model;
    private EmbeddingModel decorated;

    /** Has every answer in memory. */
    @Setup
    public void open() throws IOException {
        cache = FeatureCache.over(Stores.open("memory:")).build();
        encoder = ImageEncoders.open(ImageEncoders.DEFAULT, EncoderOptions.defaults());
        picture = noise();
        image = ImageContent.from(Base64.getEncoder().encodeToString(picture), "image/png");
        model = EmbedOnceEmbeddingModel.builder().cache(cache).images(encoder).build();
        decorated = CachingEmbeddingModel.builder()
                .model(remote(encoder.embed(picture).toArray()))
                .cache(cache)
                .version("1")
                .build();
        cache();
        decorated();
    }

    private static byte[] noise() throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.setRGB(i % SIDE, i / SIDE, random.nextInt());
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    /** A model that is known by its name. */
    private static EmbeddingModel remote(float[] vector) {
        return new EmbeddingModel() {
            @Override
            public String modelName() {
                return Sample.MODEL;
            }

            @Override
            public Set<ContentType> supportedContentTypes() {
                return Set.of(ContentType.IMAGE);
            }

            @Override
            public EmbeddingResponse doEmbed(EmbeddingRequest request) {
                return EmbeddingResponse.builder()
                        .embeddings(List.of(Embedding.from(vector)))
                        .build();
            }
        };
    }

    @TearDown
    public void close() {
        encoder.close();
        cache.close();
    }

    @Benchmark
    public Entry cache() {
        return cache.getOrCompute(picture, encoder);
    }

    @Benchmark
    public byte[] base64() {
        return Base64.getDecoder().decode(image.image().base64Data());
    }

    @Benchmark
    public EmbeddingResponse model() {
        return model.embed(EmbeddingRequest.builder().input(image).build());
    }

    @Benchmark
    public EmbeddingResponse decorated() {
        return decorated.embed(EmbeddingRequest.builder().input(image).build());
    }
}
