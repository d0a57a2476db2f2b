package dev.embedonce.server.chat;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.CacheException;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.server.chat.ChatRequest.Image;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.ErrorKind;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.schedule.Admission;
import dev.embedonce.server.schedule.Ticket;
import dev.embedonce.server.schedule.VisionLane.PictureException;
import dev.embedonce.server.schedule.WritingEvent;
import dev.embedonce.server.security.Limits;
import dev.embedonce.template.TemplateException;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.PromptTooLongException;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.ToolSyntax;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.generate.Sampling;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers chat requests: a place in the queue, pictures, features, prompt, tickets. Thread-safe. */
public final class Chats {
    private static final Logger LOG = LoggerFactory.getLogger(Chats.class);
    private static final long LOOK_MILLIS = 200;

    private final Map<String, ChatModel> models;
    private final FeatureCache cache;
    private final ImageLoader loader;
    private final Limits limits;
    private final ImageListener listener;

    /** Hears of served pictures. */
    @FunctionalInterface
    public interface ImageListener {
        /**
         * Pictures were served.
         *
         * @param encoded the bytes of each picture
         * @param deletions from the cache when the request began, as {@link FeatureCache#deletions} counts
         */
        void served(String model, List<ServedImage> images, List<byte[]> encoded, long deletions);
    }

    /**
     * A service.
     *
     * @param models by the names that clients call them by
     */
    public Chats(
            Map<String, ChatModel> models,
            FeatureCache cache,
            ImageLoader loader,
            Limits limits,
            ImageListener listener) {
        this.models = Map.copyOf(models);
        this.cache = cache;
        this.loader = loader;
        this.limits = limits;
        this.listener = listener;
    }

    /**
     * Begins an answer.
     *
     * @throws ApiException if there is none
     * @throws ClientGoneException if nobody waits for it any more
     */
    public Answer answer(ChatRequest request, Caller caller, Exchange exchange) throws ClientGoneException {
        ChatModel model = models.get(request.model());
        if (model == null) {
            throw unknownModel();
        }
        Admission.Place place =
                enter(model.admission(), caller, request.wishes().choices());
        try {
            return begin(request, model, caller, exchange, place);
        } catch (RuntimeException | Error | ClientGoneException e) {
            place.close();
            throw e;
        }
    }

    /** No model of that name. */
    public static ApiException unknownModel() {
        return new ApiException(
                ErrorKind.NOT_FOUND,
                "this server has no such model for this; /v1/models lists what it has",
                "model",
                "model_not_found",
                Map.of());
    }

    /**
     * Lets a caller in.
     *
     * @throws ApiException that says when to try again, if there is no place
     */
    public static Admission.Place enter(Admission admission, Caller caller, int answers) {
        try {
            return admission.enter(caller.tenant(), answers);
        } catch (Admission.FullException e) {
            throw new ApiException(
                    ErrorKind.BUSY,
                    String.valueOf(e.getMessage()),
                    null,
                    "rate_limit_exceeded",
                    Map.of("Retry-After", Integer.toString(e.retryAfterSeconds())));
        }
    }

    private Answer begin(ChatRequest request, ChatModel model, Caller caller, Exchange exchange, Admission.Place place)
            throws ClientGoneException {
        ToolEvents tools = tools(request, model);
        long deletions = cache.deletions(); // before anything is looked up
        long deadline = exchange.arrivedNanos() + model.options().timeout().toNanos();
        List<Image> images = request.images();
        if (images.size() > limits.images()) {
            throw ApiException.invalid(
                    "messages", "too_many_images", "at most " + limits.images() + " images a request here");
        }
        List<byte[]> encoded = new ArrayList<>();
        for (Image image : images) {
            encoded.add(loader.load(image.reference(), image.where()));
        }
        String rendered = sound(
                () -> model.model().render(messages(request, encoded), variables(request), model.mostCharacters()));
        List<ImageReport> reports = features(model, encoded, images, caller, exchange, deadline);
        List<ServedImage> served = reports.stream().map(ServedImage::of).toList();
        if (!served.isEmpty()) {
            listener.served(model.name(), served, encoded, deletions);
        }
        Prompt prompt = prompt(model, rendered, reports);
        BlockingQueue<WritingEvent> events = new LinkedBlockingQueue<>();
        List<Ticket> tickets =
                tickets(model, request.wishes(), caller, deletions, prompt, events, exchange.arrivedNanos(), deadline);
        try {
            tickets.forEach(model.engine()::submit);
        } catch (IllegalStateException e) {
            throw Answer.failed(e);
        }
        return new Answer(exchange::isClientGone, place, tickets, events, served, prompt.length(), deadline, tools);
    }

    /** What finds the calls in an answer; null if no tools are offered. */
    private static @Nullable ToolEvents tools(ChatRequest request, ChatModel model) {
        if (!request.hasTools()) {
            return null;
        }
        ToolSyntax syntax = model.model()
                .toolSyntax()
                .orElseThrow(() -> ApiException.invalid(
                        request.tools().isEmpty() ? "messages" : "tools",
                        "unsupported_parameter",
                        "this model's chat template does not offer tools, or has calls written in another way than as JSON objects"
                                + " between two marks"));
        return request.tools().isEmpty() ? null : new ToolEvents(syntax, request.tools());
    }

    private List<ImageReport> features(
            ChatModel model, List<byte[]> encoded, List<Image> images, Caller caller, Exchange exchange, long deadline)
            throws ClientGoneException {
        CompletableFuture<List<ImageReport>> reports;
        try {
            reports = model.lane().features(encoded, caller.view(cache), caller.tenant(), deadline);
        } catch (IllegalStateException e) {
            throw Answer.failed(e);
        }
        try {
            while (true) {
                try {
                    return reports.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (exchange.isClientGone()) {
                        throw new ClientGoneException();
                    }
                    if (System.nanoTime() - deadline > 0) {
                        throw Answer.timedOut();
                    }
                }
            }
        } catch (CancellationException e) {
            throw Answer.failed(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw Answer.timedOut();
            }
            throw pictureError(e.getCause() == null ? e : e.getCause(), images);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Answer.failed(e);
        } finally {
            reports.cancel(false);
        }
    }

    private static RuntimeException pictureError(Throwable cause, List<Image> images) {
        if (cause instanceof PictureException picture
                && (picture.getCause() instanceof ImageException
                        || picture.getCause() instanceof IllegalArgumentException)) {
            return ApiException.invalid(
                    images.get(picture.index()).where(), "invalid_image", String.valueOf(picture.getMessage()));
        }
        LOG.error("pictures could not be encoded", cause);
        return new ApiException(ErrorKind.UNAVAILABLE, "the pictures could not be encoded at the moment");
    }

    private static List<ChatMessage> messages(ChatRequest request, List<byte[]> encoded) {
        Iterator<byte[]> pictures = encoded.iterator();
        return request.turns().stream()
                .map(turn -> new ChatMessage(
                        turn.role(),
                        turn.parts().stream().map(part -> part(part, pictures)).toList(),
                        turn.toolCalls(),
                        turn.answeredCall()))
                .toList();
    }

    /** What a conversation gives, or the error that tells the client what is wrong with it. */
    private static <T> T sound(Supplier<T> ofConversation) {
        try {
            return ofConversation.get();
        } catch (PromptTooLongException e) {
            throw ApiException.invalid("messages", "context_length_exceeded", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException | TemplateException e) {
            throw ApiException.invalid("messages", String.valueOf(e.getMessage()));
        } catch (CacheException e) {
            LOG.warn("a prompt could not be made", e);
            throw ApiException.invalid("messages", "this conversation makes no prompt for this model");
        }
    }

    private static Prompt prompt(ChatModel model, String rendered, List<ImageReport> reports) {
        List<VisionFeatures> features =
                reports.stream().map(ImageReport::features).toList();
        Prompt prompt = sound(() -> model.model().prompt(rendered, features));
        if (prompt.length() >= model.engine().contextTokens()) {
            throw ApiException.invalid(
                    "messages",
                    "context_length_exceeded",
                    "the prompt has " + prompt.length() + " tokens; with its answer at most "
                            + model.engine().contextTokens() + " are possible here");
        }
        return prompt;
    }

    private static Map<String, Object> variables(ChatRequest request) {
        Map<String, Object> variables = new HashMap<>(request.wishes().templateVariables());
        if (!request.tools().isEmpty()) {
            variables.put(
                    "tools",
                    request.tools().stream().map(ChatRequest.Tool::definition).toList());
        }
        return variables;
    }

    private static ChatMessage.Part part(ChatRequest.Part part, Iterator<byte[]> pictures) {
        return part instanceof ChatRequest.Text text
                ? new ChatMessage.Text(text.text())
                : new ChatMessage.Image(pictures.next());
    }

    private List<Ticket> tickets(
            ChatModel model,
            AnswerWishes wishes,
            Caller caller,
            long deletions,
            Prompt prompt,
            BlockingQueue<WritingEvent> events,
            long arrivedNanos,
            long deadline) {
        Sampling sampling = wishes.sampling(
                model.model().generationDefaults().sampling(),
                ThreadLocalRandom.current().nextLong());
        int most = Math.min(wishes.maxTokens().orElse(limits.newTokens()), limits.newTokens());
        List<Ticket> tickets = new ArrayList<>();
        for (int choice = 0; choice < wishes.choices(); choice++) {
            GenerationOptions options =
                    new GenerationOptions(most, sampling.withSeed(sampling.seed() + choice), wishes.stops(), false);
            tickets.add(new Ticket(
                    choice,
                    caller.tenant(),
                    deletions,
                    prompt,
                    options,
                    wishes.likeliest(),
                    events,
                    arrivedNanos,
                    deadline));
        }
        return tickets;
    }
}
