package dev.embedonce.engine.schedule.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.engine.TinyModel;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.generate.Sampling;
import dev.embedonce.vlm.prompt.Prompt;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sequences from before a deletion are not reused after it, wherever they are at that moment. */
@Timeout(60)
class DecodeEngineForgettingTest {
    private static final String TENANT = "t";

    private final VisionLanguageModel model = TinyModel.load();
    private final DecodeEngine engine = new DecodeEngine(
            "test",
            model.language(),
            model.tokenizer(),
            model.generationDefaults().endTokens(),
            EngineOptions.DEFAULT,
            EngineListener.NONE);
    private final Prompt prompt = model.prompt(
            model.render(
                    List.of(ChatMessage.of("user", "A question of more than a few tokens, all the same")), Map.of()),
            List.of());

    @AfterEach
    void close() {
        engine.close();
        model.close();
    }

    private void submit(BlockingQueue<AnswerEvent> events, long deletions) {
        GenerationOptions options = new GenerationOptions(32, Sampling.GREEDY, List.of(), true);
        long now = System.nanoTime();
        long deadline = now + TimeUnit.MINUTES.toNanos(10);
        engine.submit(new Ticket(0, TENANT, deletions, prompt, options, OptionalInt.empty(), events, now, deadline));
    }

    /** How many tokens of the prompt were not read for this answer. */
    private static int reused(BlockingQueue<AnswerEvent> events) throws InterruptedException {
        while (true) {
            AnswerEvent event = events.take();
            if (event instanceof AnswerEvent.Done done) {
                return done.reusedTokens();
            }
            assertThat(event).isInstanceOf(AnswerEvent.Piece.class);
        }
    }

    private int ask(long deletions) throws InterruptedException {
        BlockingQueue<AnswerEvent> events = new LinkedBlockingQueue<>();
        submit(events, deletions);
        return reused(events);
    }

    /** Events that hold the engine's thread in the middle of an answer. */
    private static final class Held extends LinkedBlockingQueue<AnswerEvent> {
        private static final long serialVersionUID = 1;
        private final transient CountDownLatch under = new CountDownLatch(1);
        private final transient CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public boolean add(AnswerEvent event) {
            under.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return super.add(event);
        }
    }

    @Test
    void keptSequence_isNotGoneOnFromAfterADeletion() throws InterruptedException {
        assertThat(ask(0)).isZero();
        assertThat(ask(0)).isPositive();
        engine.forget(1);
        assertThat(ask(1)).isZero();
        assertThat(ask(1)).isPositive();
    }

    @Test
    void answerUnderWayAtTheDeletion_isNotKept() throws InterruptedException {
        Held held = new Held();
        submit(held, 0);
        held.under.await();
        engine.forget(1);
        held.goOn.countDown();
        assertThat(reused(held)).isZero();
        assertThat(ask(0)).as("nor for a request that began before").isZero();
        assertThat(ask(1)).isZero();
    }

    @Test
    void answerUnderWayAtTheDeletion_isNotSharedWithALaterOne() throws InterruptedException {
        Held held = new Held();
        submit(held, 0);
        held.under.await();
        engine.forget(1);
        BlockingQueue<AnswerEvent> later = new LinkedBlockingQueue<>();
        submit(later, 1); // let in while the other one is still being written
        held.goOn.countDown();
        assertThat(reused(later)).isZero();
    }

    @Test
    void keptSequence_ofARequestThatBeganAfterADeletionNotYetForgotten_stays() throws InterruptedException {
        assertThat(ask(0)).isZero();
        assertThat(ask(1)).isZero();
        engine.forget(1);
        assertThat(ask(1)).isPositive();
    }
}
