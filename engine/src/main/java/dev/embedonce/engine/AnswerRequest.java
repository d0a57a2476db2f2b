package dev.embedonce.engine;

import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.vlm.chat.ChatMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A conversation to be answered.
 *
 * @param messages with their pictures, as encoded bytes that are not changed any more
 * @param options how the answer is to be generated
 * @param tools that the model may call
 * @param tenant a secret of whoever asks: pictures and prompts are shared with requests of the same tenant only; empty
 *     for the plain cache
 * @param timeout from {@code arrivedNanos} to the end of the answer; the engine's own ({@link EngineOptions#timeout})
 *     if that is less, or this is empty
 * @param arrivedNanos when it arrived, as {@link System#nanoTime}
 * @param abandoned whether nobody waits for the answer any more; asked a few times a second on the thread that waits
 *     for it, and the answer is cancelled when it says so
 */
public record AnswerRequest(
        List<ChatMessage> messages,
        AnswerOptions options,
        List<Tool> tools,
        String tenant,
        Optional<Duration> timeout,
        long arrivedNanos,
        BooleanSupplier abandoned) {
    public AnswerRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /** A conversation to be answered with the model's own settings and the plain cache; it arrives now. */
    public static AnswerRequest of(List<ChatMessage> messages) {
        return new AnswerRequest(
                messages, AnswerOptions.DEFAULT, List.of(), "", Optional.empty(), System.nanoTime(), () -> false);
    }

    public AnswerRequest withOptions(AnswerOptions value) {
        return new AnswerRequest(messages, value, tools, tenant, timeout, arrivedNanos, abandoned);
    }

    public AnswerRequest withTools(List<Tool> value) {
        return new AnswerRequest(messages, options, value, tenant, timeout, arrivedNanos, abandoned);
    }

    public AnswerRequest withTenant(String value) {
        return new AnswerRequest(messages, options, tools, value, timeout, arrivedNanos, abandoned);
    }

    public AnswerRequest withTimeout(Duration value) {
        return new AnswerRequest(messages, options, tools, tenant, Optional.of(value), arrivedNanos, abandoned);
    }

    public AnswerRequest withAbandoned(BooleanSupplier value) {
        return new AnswerRequest(messages, options, tools, tenant, timeout, arrivedNanos, value);
    }

    /** Whether tools are offered, or were called before. */
    boolean hasTools() {
        return !tools.isEmpty()
                || messages.stream()
                        .anyMatch(message -> !message.toolCalls().isEmpty()
                                || message.answeredCall().isPresent());
    }

    /** When it is given up, as {@link System#nanoTime}. */
    long deadlineNanos(Duration most) {
        Duration shorter = timeout.filter(own -> own.compareTo(most) < 0).orElse(most);
        return arrivedNanos + shorter.toNanos();
    }

    /** More variables of the chat template. */
    Map<String, Object> variables() {
        Map<String, Object> variables = new HashMap<>(options.templateVariables());
        if (!tools.isEmpty()) {
            variables.put("tools", tools.stream().map(Tool::definition).toList());
        }
        return variables;
    }
}
