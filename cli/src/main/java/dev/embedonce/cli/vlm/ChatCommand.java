package dev.embedonce.cli.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce chat}. */
@Command(
        name = "chat",
        description = {
            "Ask a vision-language model about pictures.",
            "Without PROMPT it is a conversation: type a line, or /image FILE to show a picture, /clear to begin anew, /exit to leave."
        },
        footer = {
            "",
            "Examples:",
            "  embedonce chat --model demo --image examples/shapes.png \"What colour is the circle?\"",
            "  embedonce chat --model models/Qwen3-VL-4B-Instruct --image photo.jpg \"What is this?\"",
            "  embedonce chat --model models/Qwen3-VL-4B-Instruct --dtype int8"
        })
public final class ChatCommand implements Callable<Integer> {
    @Mixin
    private ChatModelOptions model = new ChatModelOptions();

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private PixelSettings pixels = new PixelSettings();

    @Option(
            names = {"-i", "--image"},
            paramLabel = "FILE",
            description = "A picture to show; may be given several times.")
    private List<Path> images = new ArrayList<>();

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before the conversation.")
    private @Nullable String system;

    @Option(
            names = "--store",
            paramLabel = "URL",
            description = {
                "Where picture features are kept, such as files:features?max-bytes=20GB.",
                "Default: files in your cache folder, up to 8 GB."
            })
    private @Nullable String store;

    @Option(names = "--no-cache", description = "Encode every picture anew.")
    private boolean noCache;

    @Option(names = "--stats", description = "Print tokens and times after each answer.")
    private boolean stats;

    @Parameters(paramLabel = "PROMPT", arity = "0..1", description = "The question. Without it: a conversation.")
    private @Nullable String prompt;

    @Override
    public Integer call() throws IOException {
        if (noCache && store != null) {
            throw new CliException("--no-cache and --store exclude each other");
        }
        List<ChatMessage.Image> shown = new ArrayList<>();
        for (Path image : images) {
            shown.add(ChatSession.image(image));
        }
        try (FeatureCache cache =
                        noCache ? null : FeatureCaches.open(store == null ? FeatureCaches.defaultUrl() : store);
                VisionLanguageModel loaded = model.load(cache);
                ChatSession session = new ChatSession(
                        loaded, sampling.options(loaded.generationDefaults()), pixels.settings(), system, stats)) {
            for (int i = 0; i < images.size(); i++) {
                session.show(images.get(i), shown.get(i));
            }
            if (prompt != null) {
                session.ask(prompt);
            } else {
                converse(session);
            }
            return ExitCodes.OK;
        }
    }

    private static void converse(ChatSession session) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        while (true) {
            System.err.print("> ");
            System.err.flush();
            String line = lines.readLine();
            if (line == null || line.strip().equals("/exit")) {
                System.err.println();
                return;
            }
            try {
                answer(session, line.strip());
            } catch (IOException | RuntimeException e) {
                System.err.println("embedonce: " + Messages.oneLine(e));
            }
        }
    }

    private static void answer(ChatSession session, String line) throws IOException {
        if (line.isEmpty()) {
            return;
        }
        if (line.equals("/clear")) {
            session.clear();
        } else if (line.startsWith("/image ")) {
            Path file = Path.of(line.substring("/image ".length()).strip());
            session.show(file, ChatSession.image(file));
        } else if (line.startsWith("/")) {
            throw new CliException("unknown: " + line + "; there are /image FILE, /clear and /exit");
        } else {
            session.ask(line);
        }
    }
}
