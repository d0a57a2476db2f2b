package dev.embedonce.vlm.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.template.ChatTemplate;
import dev.embedonce.template.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template, from {@code chat_template.jinja}, {@code chat_template.json} or {@code
 * tokenizer_config.json}.
 */
public final class PromptTemplate {
    private static final String FIELD = "chat_template";

    private final ChatTemplate template;
    private final Map<String, String> specialTokens;
    private final MessageContent content;

    private PromptTemplate(ChatTemplate template, Map<String, String> specialTokens, MessageContent content) {
        this.template = template;
        this.specialTokens = specialTokens;
        this.content = content;
    }

    /**
     * Reads the template of a model.
     *
     * @param specialTokens what the template knows by names such as {@code bos_token}
     * @throws ModelLoadException if there is none, or it is not understood
     */
    public static PromptTemplate open(JsonFiles files, Map<String, String> specialTokens) {
        return open(files, specialTokens, Optional.empty(), MessageContent.PARTS);
    }

    /**
     * Reads the template of a model.
     *
     * @param missing the template if the model's files have none
     * @param content what the template is given as the content of messages
     * @throws ModelLoadException if there is none, or it is not understood
     */
    public static PromptTemplate open(
            JsonFiles files, Map<String, String> specialTokens, Optional<String> missing, MessageContent content) {
        try {
            return new PromptTemplate(ChatTemplate.parse(source(files, missing)), Map.copyOf(specialTokens), content);
        } catch (IOException e) {
            throw new ModelLoadException(files.directory() + ": the chat template cannot be read: " + e, e);
        } catch (TemplateException e) {
            throw new ModelLoadException(
                    files.directory() + ": the chat template is not understood: " + e.getMessage(), e);
        }
    }

    private static String source(JsonFiles files, Optional<String> missing) throws IOException {
        Path own = files.directory().resolve("chat_template.jinja");
        if (Files.isRegularFile(own)) {
            return Files.readString(own);
        }
        for (String name : List.of("chat_template.json", "processor_config.json", "tokenizer_config.json")) {
            String template =
                    files.tree(name).map(json -> text(json.path(FIELD))).orElse(null);
            if (template != null) {
                return template;
            }
        }
        return missing.orElseThrow(() -> new ModelLoadException(files.directory()
                + ": has no chat template (chat_template.jinja, chat_template.json or tokenizer_config.json)"));
    }

    /** A template, or the one called default among several. */
    private static @Nullable String text(JsonNode template) {
        if (template.isTextual()) {
            return template.textValue();
        }
        for (JsonNode named : template) {
            if (named.path("name").asText().equals("default")) {
                return named.path("template").textValue();
            }
        }
        return null;
    }

    /**
     * The prompt of a conversation, ready for the assistant's answer, with one placeholder a picture.
     *
     * @param extra more variables of the template, such as {@code tools} or {@code enable_thinking}
     * @throws TemplateException if the template refuses the conversation, in its own words
     */
    public String render(List<ChatMessage> messages, Map<String, ?> extra) {
        Map<String, @Nullable Object> variables = new HashMap<>(specialTokens);
        variables.put("add_generation_prompt", true);
        // As transformers does: defined, and none.
        variables.put("tools", null);
        variables.put("documents", null);
        variables.putAll(extra);
        List<Map<String, Object>> all = new ArrayList<>();
        int images = 0;
        for (ChatMessage message : messages) {
            all.add(variable(message, content.of(message, images)));
            images += ChatMessage.images(List.of(message)).size();
        }
        variables.put("messages", all);
        return template.render(variables);
    }

    private static Map<String, Object> variable(ChatMessage message, Object content) {
        Map<String, Object> variable = new HashMap<>(Map.of("role", message.role(), "content", content));
        if (!message.toolCalls().isEmpty()) {
            variable.put(
                    "tool_calls",
                    message.toolCalls().stream().map(ToolCall::variable).toList());
        }
        message.answeredCall().ifPresent(id -> variable.put("tool_call_id", id));
        return variable;
    }
}
