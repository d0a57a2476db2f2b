package dev.embedonce.cli.vlm;

import dev.embedonce.vlm.Conversation;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.generate.Generation;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A conversation on the terminal: answers on standard output, everything about them on standard error. */
final class ChatSession implements AutoCloseable {
    private final VisionLanguageModel model;
    private final GenerationOptions options;
    private final ImageSettings settings;
    private final @Nullable String system;
    private final boolean stats;
    private final List<ChatMessage> messages = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final List<ChatMessage.Part> next = new ArrayList<>();
    private Conversation conversation;

    ChatSession(
            VisionLanguageModel model,
            GenerationOptions options,
            ImageSettings settings,
            @Nullable String system,
            boolean stats) {
        this.model = model;
        this.options = options;
        this.settings = settings;
        this.system = system;
        this.stats = stats;
        this.conversation = model.newConversation();
        begin();
    }

    static ChatMessage.Image image(Path file) throws IOException {
        return new ChatMessage.Image(Files.readAllBytes(file));
    }

    private void begin() {
        messages.clear();
        files.clear();
        next.clear();
        if (system != null) {
            messages.add(ChatMessage.of("system", system));
        }
    }

    void clear() {
        begin();
        conversation.close();
        conversation = model.newConversation();
    }

    /** Shows a picture with the next question. */
    void show(Path file, ChatMessage.Image image) {
        files.add(file);
        next.add(image);
    }

    /** Asks, and prints the answer as it comes. A question that fails leaves the conversation as it was. */
    void ask(String question) {
        int before = messages.size();
        next.add(new ChatMessage.Text(question));
        messages.add(new ChatMessage("user", next));
        next.clear();
        try {
            String rendered = model.render(messages, Map.of());
            List<ImageReport> reports = model.encodeImages(ChatMessage.images(messages), settings);
            ImageLines.print(files, reports);
            Prompt prompt = model.prompt(
                    rendered, reports.stream().map(ImageReport::features).toList());
            Generation answer = conversation.generate(prompt, options, piece -> {
                System.out.print(piece);
                System.out.flush();
            });
            System.out.println();
            if (stats) {
                print(answer);
            }
            messages.add(ChatMessage.of("assistant", answer.text()));
        } catch (RuntimeException e) {
            messages.subList(before, messages.size()).clear();
            while (files.size() > ChatMessage.images(messages).size()) {
                files.remove(files.size() - 1);
            }
            throw e;
        }
    }

    private static void print(Generation answer) {
        double seconds = answer.decode().toNanos() / 1e9;
        System.err.println(String.format(
                Locale.ROOT,
                "[%d prompt tokens, %d of them reused, prefill %.2f s; %d tokens decoded in %.2f s, %.1f a second]",
                answer.promptTokens(),
                answer.reusedTokens(),
                answer.prefill().toNanos() / 1e9,
                answer.tokens().length,
                seconds,
                answer.tokens().length / Math.max(seconds, 1e-9)));
    }

    @Override
    public void close() {
        conversation.close();
    }
}
