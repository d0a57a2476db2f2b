package dev.embedonce.server.api.embeddings;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.text.PreparedText;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.engine.PixelLimit;
import dev.embedonce.engine.schedule.Admission;
import dev.embedonce.error.CacheException;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.server.api.embeddings.EmbeddingsRequest.Image;
import dev.embedonce.server.api.embeddings.EmbeddingsRequest.Input;
import dev.embedonce.server.api.embeddings.EmbeddingsRequest.Text;
import dev.embedonce.server.chat.Chats;
import dev.embedonce.server.chat.ImageLoader;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.ErrorKind;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.security.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /v1/embeddings}. Thread-safe. */
public final class Embeddings {
    private static final Logger LOG = LoggerFactory.getLogger(Embeddings.class);
    private static final int AT_ONCE = 4;
    private static final int MOST_WAITING = 64;
    /** The most requests that wait or run. */
    public static final int MOST_UNDER_WAY = AT_ONCE + MOST_WAITING;

    private static final long LONGEST_WAIT_SECONDS = 120;

    private final Map<String, EmbeddingModel> models;
    private final FeatureCache cache;
    private final ImageLoader loader;
    private final Limits limits;
    private final PixelLimit pixels;
    private final Semaphore running = new Semaphore(AT_ONCE, true);
    private final Admission admission = new Admission(MOST_UNDER_WAY, AT_ONCE + MOST_WAITING * 3 / 4);

    /**
     * A service.
     *
     * @param models by the names that clients use
     */
    public Embeddings(Map<String, EmbeddingModel> models, FeatureCache cache, ImageLoader loader, Limits limits) {
        this.models = Map.copyOf(models);
        this.cache = cache;
        this.loader = loader;
        this.limits = limits;
        this.pixels = new PixelLimit(limits.imagePixels());
    }

    /** Answers one request. */
    @SuppressWarnings("try") // the place is only held
    public void handle(Exchange exchange, Caller caller) throws IOException {
        EmbeddingsRequest request = EmbeddingsRequest.parse(exchange.body(), limits);
        EmbeddingModel model = models.get(request.model());
        if (model == null) {
            throw Chats.unknownModel();
        }
        try (Admission.Place place = Chats.enter(admission, caller, 1)) {
            List<byte[]> contents = contents(request, model);
            acquire();
            try {
                exchange.json(200, answer(request, model, contents, caller.view(cache)));
            } finally {
                running.release();
            }
        }
    }

    private void acquire() {
        try {
            if (!running.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new ApiException(ErrorKind.UNAVAILABLE, "the request took longer than this server allows");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(ErrorKind.UNAVAILABLE, "the server is shutting down");
        }
    }

    private List<byte[]> contents(EmbeddingsRequest request, EmbeddingModel model) {
        List<byte[]> contents = new ArrayList<>();
        for (Input input : request.inputs()) {
            if (input instanceof Image image) {
                contents.add(loader.load(image.reference(), image.where()));
            } else if (model.texts().isEmpty()) {
                throw ApiException.invalid(input.where(), "this model embeds images only");
            } else {
                contents.add(content((Text) input, model.texts().get()));
            }
        }
        return contents;
    }

    /** The bytes of a text, if it is short enough to be tokenised: tokenising megabytes takes seconds. */
    private static byte[] content(Text input, TextEncoder texts) {
        int characters = input.text().length();
        if (characters > texts.mostCharacters()) {
            throw ApiException.invalid(
                    input.where(),
                    "context_length_exceeded",
                    "the text has " + characters + " characters, of which the model sees at most "
                            + texts.mostCharacters());
        }
        return input.text().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode answer(
            EmbeddingsRequest request, EmbeddingModel model, List<byte[]> contents, FeatureCache cache) {
        Outcome.Served[] served = new Outcome.Served[contents.size()];
        List<Input> inputs = request.inputs();
        serve(inputs, contents, Image.class, pixels.before(model.images()), cache, served);
        int tokens = 0;
        if (model.texts().isPresent()) {
            TextEncoder texts = model.texts().get();
            serve(inputs, contents, Text.class, texts, cache, served);
            for (int i = 0; i < served.length; i++) {
                tokens += inputs.get(i) instanceof Text ? tokens(texts.prepare(contents.get(i))) : 0;
            }
        }
        return json(request, served, tokens);
    }

    private static <P extends Prepared> void serve(
            List<Input> inputs,
            List<byte[]> contents,
            Class<? extends Input> kind,
            FeatureEncoder<P> encoder,
            FeatureCache cache,
            Outcome.Served[] served) {
        int[] which = IntStream.range(0, inputs.size())
                .filter(i -> kind.isInstance(inputs.get(i)))
                .toArray();
        if (which.length == 0) {
            return;
        }
        List<Outcome> outcomes = cache.getOrComputeAll(
                IntStream.of(which).mapToObj(contents::get).toList(), encoder);
        for (int i = 0; i < which.length; i++) {
            if (outcomes.get(i) instanceof Outcome.Failed failed) {
                throw failed(inputs.get(which[i]), failed.error());
            }
            served[which[i]] = (Outcome.Served) outcomes.get(i);
        }
    }

    private static ApiException failed(Input input, RuntimeException error) {
        if (error instanceof ImageException || error instanceof IllegalArgumentException) {
            return ApiException.invalid(input.where(), "invalid_image", String.valueOf(error.getMessage()));
        }
        LOG.error("an embedding failed", error instanceof CacheException ? error.getCause() : error);
        return new ApiException(ErrorKind.UNAVAILABLE, "the input could not be embedded at the moment");
    }

    private static int tokens(PreparedText text) {
        int tokens = 0;
        var mask = text.attentionMask().longs();
        while (mask.hasRemaining()) {
            tokens += (int) mask.get();
        }
        return tokens;
    }

    private static ObjectNode json(EmbeddingsRequest request, Outcome.Served[] served, int tokens) {
        ObjectNode response = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = response.putArray("data");
        ObjectNode own = JsonNodeFactory.instance.objectNode();
        ArrayNode sources = own.putArray("inputs");
        for (int i = 0; i < served.length; i++) {
            ObjectNode item = data.addObject().put("object", "embedding").put("index", i);
            FloatBuffer vector = served[i].entry().embedding().tensor().floats();
            if (request.base64()) {
                item.put("embedding", base64(vector));
            } else {
                ArrayNode numbers = item.putArray("embedding");
                while (vector.hasRemaining()) {
                    numbers.add(vector.get());
                }
            }
            sources.addObject()
                    .put("sha256", served[i].contentHash().hex())
                    .put("source", served[i].source().name().toLowerCase(Locale.ROOT))
                    .put("hit", served[i].source().isReuse());
        }
        response.put("model", request.model());
        response.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        response.set("embedonce", own);
        return response;
    }

    private static String base64(FloatBuffer vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.remaining() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
