package dev.embedonce.engine.schedule.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.engine.TinyModel;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.prompt.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of answers that are cancelled, late or broken off: their rows are free, the engine goes on. */
@Timeout(300)
class DecodeEngineTest {
    private static final int SHORT = 3;
    private static final int LONG = 900;

    private static VisionLanguageModel model;

    private WatchedLanguage language;
    private DecodeEngine engine;
    private final BlockingQueue<AnswerEvent> events = new LinkedBlockingQueue<>();

    @BeforeAll
    static void load() {
        model = TinyModel.load();
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @BeforeEach
    void start() {
        language = new WatchedLanguage(model.language());
        engine = new DecodeEngine(
                "test",
                language,
                model.tokenizer(),
                model.generationDefaults().endTokens(),
                EngineOptions.DEFAULT.withCachedSequences(0, 0),
                EngineListener.NONE);
    }

    @AfterEach
    void stop() {
        engine.close();
        assertThat(language.sequences()).isZero();
    }

    private Ticket ticket(int choice, int tokens, Duration time) {
        Prompt prompt = model.prompt(List.of(ChatMessage.of("user", "Write on")), List.of(), Map.of());
        GenerationOptions options = GenerationOptions.greedy(tokens).withIgnoreEnd(true);
        long now = System.nanoTime();
        return new Ticket(choice, "", 0, prompt, options, OptionalInt.empty(), events, now, now + time.toNanos());
    }

    private Ticket submit(int choice, int tokens) {
        Ticket ticket = ticket(choice, tokens, Duration.ofHours(1));
        engine.submit(ticket);
        return ticket;
    }

    /** Events up to the end of one choice, that end included. */
    private AnswerEvent end(int choice) throws InterruptedException {
        while (true) {
            AnswerEvent event = events.take();
            if (event.choice() == choice && !(event instanceof AnswerEvent.Piece)) {
                return event;
            }
        }
    }

    private void firstPiece(int choice) throws InterruptedException {
        AnswerEvent event = events.take();
        while (event.choice() != choice) {
            event = events.take();
        }
        assertThat(event).isInstanceOf(AnswerEvent.Piece.class);
    }

    @Test
    void cancelledAnswers_giveTheirRowsAndBytesBack() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            Ticket ticket = submit(i, LONG);
            firstPiece(i);
            assertThat(engine.stateBytes()).isPositive();
            ticket.cancel();
            assertThat(end(i)).isInstanceOf(AnswerEvent.Failed.class);
        }
        submit(20, SHORT);
        assertThat(end(20)).isInstanceOf(AnswerEvent.Done.class);
        assertIdle();
    }

    @Test
    void answerPastItsDeadline_ends_thoughNobodyAsksForIt() throws InterruptedException {
        Ticket late = ticket(0, LONG, Duration.ZERO);
        engine.submit(late);

        assertThat(end(0))
                .isInstanceOfSatisfying(
                        AnswerEvent.Failed.class,
                        failed -> assertThat(failed.error()).isInstanceOf(CancellationException.class));
        assertIdle();
    }

    @Test
    void errorInAStep_endsTheAnswersUnderWay_andTheEngineGoesOn() throws InterruptedException {
        submit(0, LONG);
        firstPiece(0);
        language.failNextDecode(new NoClassDefFoundError("a class of the runtime"));

        assertThat(end(0)).isInstanceOf(AnswerEvent.Failed.class);

        submit(1, SHORT);
        assertThat(end(1)).isInstanceOf(AnswerEvent.Done.class);
        assertThat(engine.isAlive()).isTrue();
        assertIdle();
    }

    @Test
    void errorWhileAPromptIsRead_endsIt_andTheEngineGoesOn() throws InterruptedException {
        language.failNextPrefill(new StackOverflowError("deep"));
        submit(0, LONG);

        assertThat(end(0)).isInstanceOf(AnswerEvent.Failed.class);

        submit(1, SHORT);
        assertThat(end(1)).isInstanceOf(AnswerEvent.Done.class);
        assertIdle();
    }

    /** Nothing is kept, so an engine that has nothing to do holds no row and no byte. */
    private void assertIdle() throws InterruptedException {
        while (engine.active() > 0 || engine.stateBytes() > 0) {
            Thread.sleep(2);
        }
        assertThat(language.sequences()).isZero();
    }
}
