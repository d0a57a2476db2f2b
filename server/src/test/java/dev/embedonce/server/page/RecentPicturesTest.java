package dev.embedonce.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.engine.ServedImage;
import dev.embedonce.feature.Source;
import dev.embedonce.server.Pictures;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecentPicturesTest {
    private static final long MAX_PIXELS = 1 << 20;

    private final ThreadPoolExecutor maker =
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(16));
    private final RecentPictures pictures = new RecentPictures(true, MAX_PIXELS, maker);
    private final CountDownLatch held = new CountDownLatch(1);

    @AfterEach
    void close() {
        held.countDown();
        pictures.close();
    }

    private void holdTheMaker() {
        maker.execute(() -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void serve(int picture, long deletions) {
        ServedImage image = new ServedImage("hash " + picture, Source.ENCODED, Duration.ofMillis(1), 4);
        pictures.served("model", List.of(image), List.of(Pictures.png(picture)), deletions);
    }

    private JsonNode listAfterAllIsMade() throws InterruptedException {
        held.countDown();
        maker.shutdown();
        assertThat(maker.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        return pictures.json().path("images");
    }

    @Test
    void forget_dropsThumbnailsThatWaitToBeMade() throws InterruptedException {
        holdTheMaker();
        serve(1, 0);
        serve(2, 0);
        pictures.forget(1);
        assertThat(maker.getQueue()).isEmpty();
        serve(2, 1);
        JsonNode list = listAfterAllIsMade();
        assertThat(list).hasSize(1);
        assertThat(list.at("/0/thumbnail").textValue()).startsWith("data:image/jpeg");
        assertThat(pictures.thumbnails()).isEqualTo(1);
    }

    @Test
    void forget_dropsAThumbnailThatIsBeingMade() {
        pictures.forget(1);
        pictures.make("hash 1", Pictures.png(1), 0); // begun before, done after
        assertThat(pictures.thumbnails()).isZero();
        pictures.make("hash 1", Pictures.png(1), 1);
        assertThat(pictures.thumbnails()).isEqualTo(1);
    }

    @Test
    void served_byARequestFromBeforeTheDeletion_isNotShown() throws InterruptedException {
        pictures.forget(1);
        serve(1, 0);
        assertThat(listAfterAllIsMade()).isEmpty();
        assertThat(pictures.thumbnails()).isZero();
    }
}
