package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.process.ImageProcessor;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A decoding that nobody waits for ends at the next question, and questions are asked all along. */
class CancellationTest {
    private static final long MAX_PIXELS = 16_000_000;
    /** Work between two questions, in units of a nanosecond or so: far below the tenth of a second in which decoding must stop. */
    private static final long LONGEST_STEP = 8 * WorkBudget.STEP;

    private final ImageDecoder decoder = new ImageDecoder(ExifPolicy.APPLY, MAX_PIXELS);

    static Stream<byte[]> pictures() {
        return Stream.of(
                HostileImages.png(2000, 2000),
                HostileImages.jpeg(2000, 2000, 3),
                HostileImages.progressiveJpeg(2000, 2000, 3),
                HostileImages.webpOfGroups(2000, 2000, 3),
                HostileImages.tiffOfEqualStrips(2000, 20, 100, 7, HostileImages.jpeg(2000, 20, 1)),
                HostileImages.tiffOfEqualStrips(2000, 20, 100, 8, HostileImages.deflated(new byte[40_000])),
                HostileImages.gifOfClearCodes(2_000_000));
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void decode_ofEveryFormat_asksAllAlong(byte[] bytes) {
        long[] lastAndLongest = new long[2];
        WorkBudget[] budget = new WorkBudget[1];
        AtomicInteger questions = new AtomicInteger();
        budget[0] = new WorkBudget(bytes.length, MAX_PIXELS, () -> {
            questions.incrementAndGet();
            if (budget[0] != null) {
                lastAndLongest[1] = Math.max(lastAndLongest[1], budget[0].spent() - lastAndLongest[0]);
                lastAndLongest[0] = budget[0].spent();
            }
            return false;
        });
        decoder.open(bytes, budget[0]).decode();
        assertThat(questions).hasValueGreaterThan(5);
        assertThat(lastAndLongest[1]).isLessThan(LONGEST_STEP);
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void decode_cancelledAtAnyQuestion_endsThere(byte[] bytes) {
        for (int last : List.of(1, 2, 5)) {
            AtomicInteger questions = new AtomicInteger();
            assertThatThrownBy(() ->
                            Cancellation.during(() -> questions.incrementAndGet() >= last, () -> decoder.decode(bytes)))
                    .isInstanceOf(CancellationException.class);
            assertThat(questions).hasValue(last);
        }
    }

    @Test
    void process_cancelledWhileResizing_ends() {
        ImageProcessor processor = ImageProcessor.builder().centreCrop(64, 64).build();
        byte[] bytes = HostileImages.jpeg(512, 512, 3);
        AtomicInteger all = new AtomicInteger();
        Cancellation.during(() -> all.incrementAndGet() < 0, () -> processor.process(bytes));
        AtomicInteger questions = new AtomicInteger();
        assertThatThrownBy(() -> Cancellation.during(
                        () -> questions.incrementAndGet() == all.get(), () -> processor.process(bytes)))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void during_isOverAfterwardsAndNests() {
        byte[] bytes = HostileImages.png(8, 8);
        assertThatThrownBy(() -> Cancellation.during(
                        () -> true, () -> Cancellation.during(() -> false, () -> decoder.decode(bytes))))
                .isInstanceOf(CancellationException.class);
        assertThat(decoder.decode(bytes).width()).isEqualTo(8);
    }
}
