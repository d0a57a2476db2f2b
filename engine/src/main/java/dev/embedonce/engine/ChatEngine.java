package dev.embedonce.engine;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.EngineException.Kind;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.schedule.Admission;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.engine.schedule.internal.DecodeEngine;
import dev.embedonce.engine.schedule.internal.Ticket;
import dev.embedonce.engine.schedule.internal.VisionLane;
import dev.embedonce.engine.schedule.internal.VisionLane.PictureException;
import dev.embedonce.error.CacheException;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.template.TemplateException;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.PromptTooLongException;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.ToolSyntax;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.generate.Sampling;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers conversations with one vision-language model, many at once: admission, the features of pictures, the prompt,
 * the answer. Pictures that the cache knows are not encoded again, and the prefix that a prompt shares with an earlier
 * one is not prefilled again.
 *
 * <pre>{@code
 * try (ChatEngine engine = ChatEngine.open(model, cache)) {
 *     List<ChatMessage> messages = List.of(ChatMessage.user(List.of(picture), "What is this?"));
 *     System.out.println(engine.ask(AnswerRequest.of(messages)).text());
 * }
 * }</pre>
 *
 * Whoever opened the model and the cache closes them, after this. Thread-safe.
 */
public final class ChatEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChatEngine.class);

    private final String name;
    private final VisionLanguageModel model;
    private final FeatureCache cache;
    private final EngineOptions options;
    private final PictureListener pictures;
    private final Admission admission;
    private final DecodeEngine decoder;
    private final VisionLane lane;
    private final long mostCharacters;

    private ChatEngine(Builder builder) {
        this.name = builder.name;
        this.model = builder.model;
        this.cache = builder.cache;
        this.options = builder.options;
        this.pictures = builder.pictures;
        int most = options.mostRows() + options.mostWaiting();
        this.admission = new Admission(most, builder.tenants ? (3 * most + 3) / 4 : most);
        PixelLimit pixels = new PixelLimit(builder.mostPixels);
        int longestToken = model.tokenizer().longestToken();
        this.decoder = new DecodeEngine(
                name,
                model.language(),
                model.tokenizer(),
                model.generationDefaults().endTokens(),
                options,
                builder.listener);
        this.mostCharacters = (long) decoder.contextTokens() * longestToken;
        this.lane = new VisionLane(
                name,
                images -> pixels.before(model.visionEncoder(ImageSettings.DEFAULT.withImagesInRequest(images))),
                builder.tenants ? 1 : options.imageBatch());
    }

    /** Starts an engine with default options. */
    public static ChatEngine open(VisionLanguageModel model, FeatureCache cache) {
        return over(model, cache).open();
    }

    /** Settings of an engine that is yet to start. */
    public static Builder over(VisionLanguageModel model, FeatureCache cache) {
        return new Builder(model, cache);
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private final VisionLanguageModel model;
        private final FeatureCache cache;
        private String name = "model";
        private EngineOptions options = EngineOptions.DEFAULT;
        private boolean tenants;
        private long mostPixels = 64_000_000;
        private EngineListener listener = EngineListener.NONE;
        private PictureListener pictures = PictureListener.NONE;

        private Builder(VisionLanguageModel model, FeatureCache cache) {
            this.model = model;
            this.cache = cache;
        }

        /** For threads and listeners; default {@code model}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder options(EngineOptions value) {
            options = value;
            return this;
        }

        /**
         * Whether there may be several tenants, so that none may fill the queue or make the others wait for more than
         * one of its pictures; default false.
         */
        public Builder tenants(boolean value) {
            tenants = value;
            return this;
        }

        /** The most pixels of a picture that is decoded, width times height; default 64 million. */
        public Builder mostPixels(long value) {
            mostPixels = value;
            return this;
        }

        /** Is told of prefill chunks, decode steps and first tokens. */
        public Builder listener(EngineListener value) {
            listener = value;
            return this;
        }

        /** Is told how pictures were served. */
        public Builder pictures(PictureListener value) {
            pictures = value;
            return this;
        }

        /** Starts the engine's threads. */
        public ChatEngine open() {
            return new ChatEngine(this);
        }
    }

    public String name() {
        return name;
    }

    /**
     * An upper bound of a prompt's characters: as many tokens as the context holds, each as long as the longest one.
     */
    public long mostCharacters() {
        return mostCharacters;
    }

    /** Admission of requests. */
    public Admission admission() {
        return admission;
    }

    /** Answers that wait for a row. */
    public int waiting() {
        return decoder.waiting();
    }

    /** Answers whose prompts are prefilled, or that decode. */
    public int active() {
        return decoder.active();
    }

    /** Requests whose pictures wait. */
    public int waitingForPictures() {
        return lane.waiting();
    }

    /** Bytes of the KV cache and other state of sequences. */
    public long stateBytes() {
        return decoder.stateBytes();
    }

    /**
     * Whether its threads are alive. Whatever goes wrong fails its requests only, so they should be until it is closed.
     */
    public boolean isAlive() {
        return decoder.isAlive() && lane.isAlive();
    }

    /**
     * Drops the sequences of requests that began before a deletion from the cache. Later requests never reuse them
     * anyway; this frees their memory. A {@link DeletionWatch} calls it in time.
     *
     * @param deletions the number of the deletion, as {@link FeatureCache#deletions} counts
     */
    public void forget(long deletions) {
        decoder.forget(deletions);
    }

    /**
     * Checks that the model can call tools.
     *
     * @throws EngineException {@link Kind#NO_TOOLS} if not
     */
    public void requireTools() {
        toolSyntax();
    }

    private ToolSyntax toolSyntax() {
        return model.toolSyntax()
                .orElseThrow(() -> new EngineException(
                        Kind.NO_TOOLS,
                        "this model's chat template does not offer tools, or has calls written in a way that is not known",
                        null));
    }

    /**
     * Answers a conversation and waits for the end of the answer.
     *
     * @throws EngineException if there is no answer
     * @throws IllegalArgumentException if several answers are wanted: {@link AnswerStream#whole} gives these
     */
    public WholeAnswer ask(AnswerRequest request) {
        if (request.options().choices() != 1) {
            throw new IllegalArgumentException("expected a request for one answer; found "
                    + request.options().choices());
        }
        try (AnswerStream answer = answer(request)) {
            return answer.whole().get(0);
        }
    }

    /**
     * Begins an answer and returns when the pictures' features are there.
     *
     * @throws EngineException if there is none
     */
    public AnswerStream answer(AnswerRequest request) {
        Admission.Place place;
        try {
            place = admission.enter(request.tenant(), request.options().choices());
        } catch (Admission.FullException e) {
            throw EngineException.busy(String.valueOf(e.getMessage()), e.retryAfterSeconds(), e);
        }
        return answer(request, place);
    }

    /**
     * As {@link #answer(AnswerRequest)}, for a request that was admitted before, because its pictures had to be fetched
     * first.
     *
     * @param place from {@link #admission}, for as many answers as are wanted; closed with the answer, or here if there
     *     is none
     * @throws EngineException if there is none
     */
    public AnswerStream answer(AnswerRequest request, Admission.Place place) {
        try {
            return begin(request, place);
        } catch (RuntimeException | Error e) {
            place.close();
            throw e;
        }
    }

    private AnswerStream begin(AnswerRequest request, Admission.Place place) {
        if (request.hasTools()) {
            requireTools();
        }
        ToolEvents tools = request.tools().isEmpty() ? null : new ToolEvents(toolSyntax(), request.tools());
        long deletions = cache.deletions(); // before anything is looked up
        long deadline = request.deadlineNanos(options.timeout());
        List<byte[]> encoded = ChatMessage.images(request.messages());
        String rendered = sound(() -> model.render(request.messages(), request.variables(), mostCharacters));
        List<ImageReport> reports = features(encoded, request, deadline);
        List<ServedImage> served = reports.stream().map(ServedImage::of).toList();
        if (!served.isEmpty()) {
            pictures.served(name, served, encoded, deletions);
        }
        Prompt prompt = prompt(rendered, reports);
        BlockingQueue<AnswerEvent> events = new LinkedBlockingQueue<>();
        List<Ticket> tickets = tickets(request, deletions, prompt, events, deadline);
        try {
            tickets.forEach(decoder::submit);
        } catch (IllegalStateException e) {
            throw EngineException.closed(e);
        }
        return new AnswerStream(request.abandoned(), place, tickets, events, served, prompt.length(), deadline, tools);
    }

    private List<ImageReport> features(List<byte[]> encoded, AnswerRequest request, long deadline) {
        String tenant = request.tenant();
        CompletableFuture<List<ImageReport>> reports;
        try {
            reports = lane.features(encoded, tenant.isEmpty() ? cache : cache.forTenant(tenant), tenant, deadline);
        } catch (IllegalStateException e) {
            throw EngineException.closed(e);
        }
        try {
            while (true) {
                try {
                    return reports.get(AnswerStream.LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (request.abandoned().getAsBoolean()) {
                        throw EngineException.cancelled();
                    }
                    if (System.nanoTime() - deadline > 0) {
                        throw EngineException.timedOut();
                    }
                }
            }
        } catch (CancellationException e) {
            throw EngineException.closed(e);
        } catch (ExecutionException e) {
            throw pictureError(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            throw EngineException.interrupted(e);
        } finally {
            reports.cancel(false);
        }
    }

    private static EngineException pictureError(Throwable cause) {
        if (cause instanceof TimeoutException) {
            return EngineException.timedOut();
        }
        if (cause instanceof PictureException picture
                && (picture.getCause() instanceof ImageException
                        || picture.getCause() instanceof IllegalArgumentException)) {
            return EngineException.badPicture(picture.index(), String.valueOf(picture.getMessage()), picture);
        }
        LOG.error("pictures could not be encoded", cause);
        return new EngineException(Kind.PICTURES_FAILED, "the pictures could not be encoded at the moment", cause);
    }

    /** What is made of a conversation, or the error that says what is wrong with it. */
    private static <T> T sound(Supplier<T> ofConversation) {
        try {
            return ofConversation.get();
        } catch (PromptTooLongException e) {
            throw new EngineException(Kind.TOO_LONG, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException | TemplateException e) {
            throw new EngineException(Kind.BAD_CONVERSATION, String.valueOf(e.getMessage()), e);
        } catch (CacheException e) {
            LOG.warn("a prompt could not be made", e);
            throw new EngineException(Kind.BAD_CONVERSATION, "this conversation makes no prompt for this model", e);
        }
    }

    private Prompt prompt(String rendered, List<ImageReport> reports) {
        List<VisionFeatures> features =
                reports.stream().map(ImageReport::features).toList();
        Prompt prompt = sound(() -> model.prompt(rendered, features));
        if (prompt.length() >= decoder.contextTokens()) {
            throw new EngineException(
                    Kind.TOO_LONG,
                    "the prompt has " + prompt.length() + " tokens; with its answer at most " + decoder.contextTokens()
                            + " are possible here",
                    null);
        }
        return prompt;
    }

    private List<Ticket> tickets(
            AnswerRequest request, long deletions, Prompt prompt, BlockingQueue<AnswerEvent> events, long deadline) {
        AnswerOptions wanted = request.options();
        Sampling sampling = wanted.sampling(
                model.generationDefaults().sampling(),
                ThreadLocalRandom.current().nextLong());
        int most = wanted.maxTokens().orElse(Integer.MAX_VALUE);
        List<Ticket> tickets = new ArrayList<>();
        for (int choice = 0; choice < wanted.choices(); choice++) {
            GenerationOptions generation =
                    new GenerationOptions(most, sampling.withSeed(sampling.seed() + choice), wanted.stops(), false);
            tickets.add(new Ticket(
                    choice,
                    request.tenant(),
                    deletions,
                    prompt,
                    generation,
                    wanted.likeliest(),
                    events,
                    request.arrivedNanos(),
                    deadline));
        }
        return tickets;
    }

    /** Ends what is under way; whoever waits gets a {@link Kind#CLOSED}. Returns when its threads have ended. */
    @Override
    public void close() {
        lane.close();
        decoder.close();
    }

    /** For tests: the part that runs the language model. */
    DecodeEngine decoder() {
        return decoder;
    }

    /** For tests: the part that encodes pictures. */
    VisionLane lane() {
        return lane;
    }
}
