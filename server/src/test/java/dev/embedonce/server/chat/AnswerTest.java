package dev.embedonce.server.chat;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.server.schedule.Admission;
import dev.embedonce.server.schedule.WritingEvent;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AnswerTest {
    /** An answer whose next piece is always there already, and that never ends. */
    private static final class Torrent extends LinkedBlockingQueue<WritingEvent> {
        private static final long serialVersionUID = 1;

        @Override
        public WritingEvent poll(long timeout, TimeUnit unit) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("by the test's timeout");
            }
            return new WritingEvent.Piece(0, "again ", List.of());
        }
    }

    @Test
    void next_clientGoneWhilePiecesComeFast_isNoticed() {
        Admission.Place place = new Admission(1, 1).enter("", 1);
        long deadline = System.nanoTime() + TimeUnit.DAYS.toNanos(1);
        try (Answer answer = new Answer(() -> true, place, List.of(), new Torrent(), List.of(), 1, deadline, null)) {
            assertThatThrownBy(() -> {
                        while (true) {
                            answer.next();
                        }
                    })
                    .isInstanceOf(ClientGoneException.class);
        }
    }
}
