package dev.embedonce.hub;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.hub.HubClient.Meta;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * Downloads one file: continues where an earlier attempt stopped, tries again when the connection breaks, checks the
 * content against the hub's checksum, and only then gives it its name.
 */
final class HubDownload {
    /** The most attempts in a row that bring nothing new. */
    private static final int MOST_ATTEMPTS = 5;

    private static final int CHUNK_BYTES = 1 << 16;
    private static final Duration BETWEEN_REPORTS = Duration.ofMillis(200);

    private final HubClient client;
    private final HubCache cache;
    private final HubProgress progress;
    private final Duration pause;

    HubDownload(HubClient client, HubCache cache, HubProgress progress, Duration pause) {
        this.client = client;
        this.cache = cache;
        this.progress = progress;
        this.pause = pause;
    }

    /** One file of a commit, for as long as it is being downloaded. */
    private record Job(URI uri, String name, String what, Meta meta, Path part) {
        long have() throws IOException {
            return Files.exists(part) ? Files.size(part) : 0;
        }

        boolean isWhole() throws IOException {
            return Files.exists(part) && Files.size(part) == meta.size();
        }
    }

    /** A question to the hub. */
    interface Question<T> {
        T ask() throws IOException;
    }

    /** Asks again if the hub fails, but not if it cannot be reached. */
    <T> T patiently(Question<T> question) throws IOException {
        for (int failures = 1; ; failures++) {
            try {
                return question.ask();
            } catch (ConnectException e) {
                throw e;
            } catch (IOException e) {
                giveUpOrWait(failures, e);
            }
        }
    }

    /** Makes sure that a file of a commit is in the cache. */
    void fetch(HubId id, String commit, String name) throws IOException {
        if (Files.exists(cache.file(id, commit, name))) {
            return;
        }
        String what = "model '" + id + "', file " + name;
        URI uri = client.fileUri(id, commit, name);
        Meta meta = patiently(() -> client.meta(uri, what));
        cache.locked(id, meta.etag(), () -> {
            Path blob = cache.blob(id, meta.etag());
            if (!Files.exists(blob)) {
                Job job = new Job(uri, name, what, meta, cache.incomplete(id, meta.etag()));
                Files.createDirectories(blob.getParent());
                download(job);
                Files.move(job.part(), blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            cache.link(id, commit, name, meta.etag());
        });
    }

    private void download(Job job) throws IOException {
        boolean resumed = job.have() > 0;
        complete(job);
        Optional<String> wrong = HubChecksum.wrong(job.meta(), job.part());
        if (wrong.isPresent() && resumed) {
            Files.delete(job.part()); // what an earlier attempt left may have been at fault
            complete(job);
            wrong = HubChecksum.wrong(job.meta(), job.part());
        }
        if (wrong.isPresent()) {
            Files.delete(job.part());
            throw new ModelLoadException(job.what() + ": what was downloaded has the wrong checksum: expected "
                    + job.meta().etag() + ", found " + wrong.get());
        }
    }

    /** Repeats the request until all bytes are there, or several attempts in a row have brought none. */
    private void complete(Job job) throws IOException {
        int failures = 0;
        while (!job.isWhole()) {
            long before = job.have();
            try {
                transfer(job);
            } catch (IOException e) {
                failures = job.have() > before ? 1 : failures + 1;
                giveUpOrWait(failures, e);
            }
        }
        progress.downloaded(job.name(), job.meta().size(), job.meta().size());
    }

    private void transfer(Job job) throws IOException {
        long have = job.have();
        if (have >= job.meta().size()) {
            Files.deleteIfExists(job.part());
            have = 0;
        }
        HttpResponse<InputStream> answer = client.open(job.uri(), job.what(), have);
        try (InputStream body = answer.body();
                StallGuard guard = new StallGuard(body, client.stall())) {
            if (answer.statusCode() == 416) {
                Files.delete(job.part());
                throw new IOException("the hub does not have the rest of " + job.name());
            }
            long from = answer.statusCode() == 206 ? rangeStart(answer) : 0;
            if (from != have && from != 0) {
                throw new IOException("asked for " + job.name() + " from byte " + have + ", got it from " + from);
            }
            try {
                append(job, body, from, guard);
            } catch (IOException e) {
                throw guard.stalled() ? new IOException("the connection gave nothing any more", e) : e;
            }
        }
    }

    private void append(Job job, InputStream body, long from, StallGuard guard) throws IOException {
        try (FileChannel out = FileChannel.open(job.part(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(from).position(from);
            byte[] chunk = new byte[CHUNK_BYTES];
            long reported = System.nanoTime();
            for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
                guard.alive();
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, count);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                if (out.position() > job.meta().size()) {
                    out.truncate(0);
                    throw new IOException("got more than the " + job.meta().size() + " bytes of " + job.name());
                }
                if (System.nanoTime() - reported > BETWEEN_REPORTS.toNanos()) {
                    reported = System.nanoTime();
                    progress.downloaded(job.name(), out.position(), job.meta().size());
                }
            }
        }
        if (job.have() < job.meta().size()) {
            throw new IOException("the connection broke after " + job.have() + " of "
                    + job.meta().size() + " bytes of " + job.name());
        }
    }

    /** The first byte in {@code Content-Range: bytes 100-199/200}. */
    private static long rangeStart(HttpResponse<?> answer) throws IOException {
        String range = answer.headers().firstValue("Content-Range").orElse("");
        try {
            return Long.parseLong(range.replaceFirst("^bytes ", "").replaceFirst("-.*$", ""));
        } catch (NumberFormatException e) {
            throw new IOException("the hub gave the range '" + range + "'", e);
        }
    }

    private void giveUpOrWait(int failures, IOException e) throws IOException {
        if (failures >= MOST_ATTEMPTS) {
            throw e;
        }
        try {
            Thread.sleep(pause.multipliedBy(1L << (failures - 1)).toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ModelLoadException("interrupted while downloading", interrupted);
        }
    }
}
