package dev.embedonce.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.EngineException.Kind;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.generate.Generation.End;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine as other programs use it, without a server. */
@Timeout(300)
class ChatEngineTest {
    private static final byte[] PICTURE = TinyModel.png(1);
    private static final AnswerOptions GREEDY =
            AnswerOptions.builder().temperature(0).maxTokens(8).build();
    /** More tokens than are written before a test ends the answer; the random weights seldom write an end. */
    private static final AnswerOptions LONG =
            AnswerOptions.builder().temperature(0).build();

    private static VisionLanguageModel model;

    private final FeatureCache cache = FeatureCache.over(new MemoryStore()).build();
    private final List<String> pictures = new ArrayList<>();
    private ChatEngine engine;

    @BeforeAll
    static void load() {
        model = TinyModel.load();
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @BeforeEach
    void open() {
        engine = ChatEngine.over(model, cache)
                .name("tiny")
                .options(EngineOptions.DEFAULT.withRows(2).withWaiting(1))
                .mostPixels(64 * 64)
                .pictures((name, images, encoded, deletions) ->
                        images.forEach(image -> pictures.add(name + " " + image.source() + " " + encoded.size())))
                .open();
    }

    @AfterEach
    void close() {
        engine.close();
        cache.close();
    }

    private static AnswerRequest request(AnswerOptions options, ChatMessage... messages) {
        return AnswerRequest.of(List.of(messages)).withOptions(options);
    }

    private static ChatMessage look(byte[]... images) {
        return ChatMessage.user(List.of(images), "What is this?");
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void twoTurnsAboutAPicture_lookAtItOnce() {
        ChatMessage question = look(PICTURE);
        WholeAnswer first = engine.ask(request(GREEDY, question));
        WholeAnswer second = engine.ask(request(
                GREEDY,
                question,
                ChatMessage.of("assistant", first.text()),
                ChatMessage.of("user", "And its colour?")));

        assertThat(first.images()).hasSize(1);
        assertThat(first.images().get(0).source()).isEqualTo(Source.ENCODED);
        assertThat(first.images().get(0).sha256())
                .isEqualTo(ContentHasher.sha256().hash(PICTURE).hex());
        assertThat(ServedImage.cachedTokens(first.images())).isZero();
        assertThat(first.reusedTokens()).isZero();
        assertThat(first.writtenTokens()).isBetween(1, 8);
        assertThat(second.images().get(0).source()).isEqualTo(Source.MEMORY);
        assertThat(ServedImage.cachedTokens(second.images()))
                .isEqualTo(first.images().get(0).tokens())
                .isPositive();
        assertThat(second.reusedTokens()).isPositive().isLessThan(second.promptTokens());
        assertThat(cache.stats().encoded()).isEqualTo(1);
        assertThat(pictures).containsExactly("tiny ENCODED 1", "tiny MEMORY 1");
    }

    @Test
    void stream_tellsThePiecesOfTheWholeAnswer() {
        WholeAnswer whole = engine.ask(request(GREEDY, look(PICTURE)));
        StringBuilder text = new StringBuilder();
        AnswerEvent last = null;
        try (AnswerStream answer = engine.answer(request(GREEDY, look(PICTURE)))) {
            assertThat(answer.promptTokens()).isEqualTo(whole.promptTokens());
            while (!answer.isDone()) {
                last = answer.next();
                if (last instanceof AnswerEvent.Piece piece) {
                    text.append(piece.text());
                }
            }
            assertThatThrownBy(answer::next).isInstanceOf(IllegalStateException.class);
        }

        assertThat(text).hasToString(whole.text());
        assertThat(last).isInstanceOfSatisfying(AnswerEvent.Done.class, done -> {
            assertThat(done.end()).isEqualTo(whole.end()).isEqualTo(End.LENGTH);
            assertThat(done.writtenTokens()).isEqualTo(whole.writtenTokens()).isEqualTo(8);
        });
    }

    @Test
    void severalAnswers_areWrittenFromOneLook_withTheChancesOfTheirTokens() {
        AnswerOptions two = AnswerOptions.builder()
                .temperature(0)
                .maxTokens(8)
                .choices(2)
                .likeliest(1)
                .build();
        List<WholeAnswer> answers;
        try (AnswerStream answer = engine.answer(request(two, look(PICTURE)))) {
            answers = answer.whole();
        }

        assertThat(answers).hasSize(2).allSatisfy(answer -> {
            assertThat(answer.writtenTokens()).isEqualTo(8);
            assertThat(answer.chances()).hasSize(8).allSatisfy(chance -> {
                assertThat(chance.likeliest()).hasSize(1);
                assertThat(chance.likeliest().get(0).token()).isEqualTo(chance.token());
            });
        });
        assertThat(cache.stats().encoded()).isEqualTo(1);
        assertThatThrownBy(() -> engine.ask(request(two, look(PICTURE)))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cancel_endsTheAnswerForWhoeverWaits() throws InterruptedException {
        try (AnswerStream answer = engine.answer(request(LONG, look(PICTURE)))) {
            answer.next();
            answer.cancel();
            assertKind(Kind.CANCELLED, answer::next);
        }
        assertIdle();
    }

    @Test
    void abandonedAnswer_isCancelled() throws InterruptedException {
        try (AnswerStream answer = engine.answer(request(LONG, look(PICTURE)).withAbandoned(() -> true))) {
            assertKind(Kind.CANCELLED, answer::whole);
        }
        assertIdle();
    }

    @Test
    void pastItsDeadline_thereIsNoAnswer() throws InterruptedException {
        AnswerRequest late = request(LONG, look(PICTURE)).withTimeout(Duration.ZERO);
        assertKind(Kind.TIMED_OUT, () -> engine.ask(late));
        assertIdle();
    }

    @Test
    void interruptedThread_staysInterrupted() throws InterruptedException {
        Thread.currentThread().interrupt();
        try {
            assertKind(Kind.INTERRUPTED, () -> engine.ask(request(LONG, look(PICTURE))));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertIdle();
    }

    @Test
    void badPicture_isNamedByItsNumber() {
        byte[] notAPicture = {1, 2, 3};
        assertThatThrownBy(() -> engine.ask(request(GREEDY, look(PICTURE, notAPicture))))
                .isInstanceOfSatisfying(EngineException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.BAD_PICTURE);
                    assertThat(e.picture()).hasValue(1);
                });
        assertThat(engine.admission().size()).isZero();
    }

    @Test
    void moreAnswersThanThereArePlacesFor_areRefused_andSayWhenToComeAgain() {
        AnswerOptions three = AnswerOptions.builder().choices(3).build();
        try (AnswerStream answers = engine.answer(request(three, look(PICTURE)))) {
            assertThatThrownBy(() -> engine.ask(request(GREEDY, look(PICTURE))))
                    .isInstanceOfSatisfying(EngineException.class, e -> {
                        assertThat(e.kind()).isEqualTo(Kind.BUSY);
                        assertThat(e.retryAfterSeconds()).isPresent();
                    });
            assertThat(answers.isDone()).isFalse();
        }
        assertThat(engine.ask(request(GREEDY, look(PICTURE))).writtenTokens()).isPositive();
    }

    @Test
    void conversationThatCannotBeAnswered_saysWhy() {
        String longText = "a ".repeat((int) engine.mostCharacters());
        assertKind(Kind.TOO_LONG, () -> engine.ask(request(GREEDY, ChatMessage.of("user", longText))));
        assertKind(Kind.BAD_CONVERSATION, () -> engine.ask(request(GREEDY, ChatMessage.of("user", "<|image_pad|>"))));
    }

    @Test
    void modelThatCallsNoTools_isAskedForNone(@TempDir Path folder) {
        Tool tool = Tool.function("weather", "tells it", Map.of("type", "object", "properties", Map.of()));
        String noTools = "{% for message in messages %}{{ message.role }}: {{ message.content }}{% endfor %}";
        try (VisionLanguageModel plain = TinyModel.withTemplate(folder, noTools);
                ChatEngine other = ChatEngine.open(plain, cache)) {
            AnswerRequest request = request(GREEDY, ChatMessage.of("user", "Hi"));
            assertKind(Kind.NO_TOOLS, () -> other.ask(request.withTools(List.of(tool))));
            assertThat(other.ask(request).toolCalls()).isEmpty();
        }
    }

    @Test
    void tenants_shareNeitherPicturesNorPrompts() {
        engine.ask(request(GREEDY, look(PICTURE)).withTenant("a secret"));
        WholeAnswer other = engine.ask(request(GREEDY, look(PICTURE)).withTenant("another"));
        WholeAnswer again = engine.ask(request(GREEDY, look(PICTURE)).withTenant("another"));

        assertThat(other.images().get(0).source()).isEqualTo(Source.ENCODED);
        assertThat(other.reusedTokens()).isZero();
        assertThat(again.images().get(0).source()).isEqualTo(Source.MEMORY);
        assertThat(again.reusedTokens()).isPositive();
    }

    @Test
    void close_endsWhatIsWaitedFor_andRefusesMore() throws Exception {
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ChatEngine held = ChatEngine.over(model, cache)
                        .listener(new HeldAtFirstToken(written, goOn))
                        .open();
                AnswerStream answer = held.answer(request(LONG, look(PICTURE)))) {
            CompletableFuture<List<WholeAnswer>> whole = CompletableFuture.supplyAsync(answer::whole);
            written.await();
            Thread closing = new Thread(held::close);
            closing.start();
            while (closing.getState() != Thread.State.TIMED_WAITING) {
                Thread.sleep(2); // it waits for the thread that writes once that is told to end
            }
            goOn.countDown();
            closing.join();

            assertThatThrownBy(whole::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
            assertKind(Kind.CLOSED, () -> held.ask(request(GREEDY, look(TinyModel.png(2)))));
            assertThat(held.isAlive()).isFalse();
        }
    }

    /** Holds the thread that writes. */
    private record HeldAtFirstToken(CountDownLatch written, CountDownLatch goOn) implements EngineListener {
        @Override
        public void step(int sequences, long nanos) {}

        @Override
        public void chunk(int tokens, long nanos) {}

        @Override
        public void prompt(int tokens, int reusedTokens) {}

        @Override
        public void firstToken(long nanos) {
            written.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void eachOfItsThreads_isPartOfItsLife() {
        for (Consumer<ChatEngine> death : List.<Consumer<ChatEngine>>of(
                e -> e.lane().close(), e -> e.decoder().close())) {
            try (ChatEngine other = ChatEngine.open(model, cache)) {
                assertThat(other.isAlive()).isTrue();
                death.accept(other);
                assertThat(other.isAlive()).isFalse();
            }
        }
    }

    /** What is over gives its row and its place back. */
    private void assertIdle() throws InterruptedException {
        while (engine.active() > 0 || engine.waiting() > 0) {
            Thread.sleep(2);
        }
        assertThat(engine.admission().size()).isZero();
    }
}
