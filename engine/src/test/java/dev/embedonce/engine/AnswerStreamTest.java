package dev.embedonce.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.schedule.Admission;
import dev.embedonce.engine.schedule.internal.Ticket;
import dev.embedonce.vlm.chat.TaggedForm;
import dev.embedonce.vlm.chat.ToolSyntax;
import dev.embedonce.vlm.generate.Generation.End;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.prompt.Prompt;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AnswerStreamTest {
    private static final Map<String, Object> SCHEMA =
            Map.of("type", "object", "properties", Map.of("days", Map.of("type", "integer")));

    /** An answer whose next piece is always there already, and that never ends. */
    private static final class Torrent extends LinkedBlockingQueue<AnswerEvent> {
        private static final long serialVersionUID = 1;

        @Override
        public AnswerEvent poll(long timeout, TimeUnit unit) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("by the test's timeout");
            }
            return new AnswerEvent.Piece(0, "again ", List.of());
        }
    }

    private static AnswerStream torrent(BooleanSupplier abandoned) {
        return stream(new Torrent(), abandoned, null);
    }

    private static AnswerStream stream(
            BlockingQueue<AnswerEvent> events, BooleanSupplier abandoned, @Nullable ToolEvents tools) {
        long now = System.nanoTime();
        long deadline = now + TimeUnit.DAYS.toNanos(1);
        Prompt prompt = Prompt.inOrder(new long[] {1}, List.of());
        Ticket ticket =
                new Ticket(0, "", 0, prompt, GenerationOptions.greedy(1), OptionalInt.empty(), events, now, deadline);
        Admission.Place place = new Admission(1, 1).enter("", 1);
        return new AnswerStream(abandoned, place, List.of(ticket), events, List.of(), 1, deadline, tools);
    }

    private static void assertCancelled(AnswerStream answer) {
        assertThatThrownBy(() -> {
                    while (true) {
                        answer.next();
                    }
                })
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.CANCELLED));
    }

    @Test
    void next_abandonedWhilePiecesComeFast_isNoticed() {
        try (AnswerStream answer = torrent(() -> true)) {
            assertCancelled(answer);
        }
    }

    @Test
    void next_cancelledByAnotherThreadWhilePiecesComeFast_isNoticed() throws InterruptedException {
        try (AnswerStream answer = torrent(() -> false)) {
            answer.next();
            Thread other = new Thread(answer::cancel);
            other.start();
            assertCancelled(answer);
            other.join();
        }
    }

    @Test
    void whole_putsCallsApartFromTheText() {
        BlockingQueue<AnswerEvent> events = new LinkedBlockingQueue<>();
        List.of("I look. <tool_", "call><function=weather><parameter=days>\n2\n</parameter></function></tool", "_call>")
                .forEach(text -> events.add(new AnswerEvent.Piece(0, text, List.of())));
        events.add(new AnswerEvent.Done(0, End.STOP, null, 3, 7));
        ToolSyntax syntax = new ToolSyntax("<tool_call>", "</tool_call>", new TaggedForm());
        ToolEvents tools = new ToolEvents(syntax, List.of(Tool.function("weather", "tells it", SCHEMA)));

        try (AnswerStream answer = stream(events, () -> false, tools)) {
            WholeAnswer whole = answer.whole().get(0);
            assertThat(whole.text()).isEqualTo("I look.");
            assertThat(whole.toolCalls()).hasSize(1);
            assertThat(whole.toolCalls().get(0).id()).startsWith("call_");
            assertThat(whole.toolCalls().get(0).name()).isEqualTo("weather");
            assertThat(whole.toolCalls().get(0).arguments()).isEqualTo(Map.of("days", 2));
            assertThat(whole.end()).isEqualTo(End.STOP);
            assertThat(whole.reusedTokens()).isEqualTo(3);
            assertThat(whole.writtenTokens()).isEqualTo(7);
            assertThat(answer.isDone()).isTrue();
        }
    }
}
