package dev.embedonce.engine.schedule.internal;

import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.LanguageModel;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.prompt.Prompt;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of keys and values of one model: those of answers under way, and finished ones that are kept for prompts
 * that begin alike. Used by one thread, but for {@link #bytes}.
 */
final class Rows {
    /** Fewer tokens in common are not worth a copy. */
    private static final int LEAST_SHARED = 8;

    private static final int FIRST_ROOM = 256;

    private final LanguageModel language;
    private final EngineOptions options;
    private final List<Place> active = new ArrayList<>();
    private final KeptSequences kept = new KeptSequences();
    private SequenceBatch batch;
    private int mostRows;
    private long forgotten;
    private volatile long bytes;

    Rows(LanguageModel language, EngineOptions options) {
        this.language = language;
        this.options = options;
        this.batch = language.newBatch();
    }

    /**
     * The row of one answer under way.
     *
     * @param reusedTokens of its prompt that another sequence had read
     */
    record Place(Sequence sequence, Owner owner, int reusedTokens) {}

    /** A sequence, and how many tokens it has in common with a prompt. */
    private record Like(@Nullable Sequence sequence, int tokens) {}

    /** Adds a row for a prompt, with what sequences of the same owner have in common with it read already. */
    Place begin(Owner owner, Prompt prompt) {
        Like like = likest(owner, prompt);
        int room = prompt.length() + FIRST_ROOM;
        Sequence sequence;
        if (like.sequence == null || like.tokens < LEAST_SHARED) {
            makeRoom();
            sequence = batch.open(prompt, room);
        } else {
            kept.touch(like.sequence);
            makeRoom();
            sequence = goOn(like.sequence, like.tokens, prompt, room);
        }
        mostRows = Math.max(mostRows, active.size() + kept.size() + 1);
        Place place = new Place(sequence, owner, sequence.length());
        active.add(place);
        bytes = batch.bytes();
        return place;
    }

    private Like likest(Owner owner, Prompt prompt) {
        List<Sequence> candidates = kept.of(owner);
        active.stream().filter(place -> place.owner.equals(owner)).forEach(place -> candidates.add(place.sequence));
        Like best = new Like(null, 0);
        for (Sequence candidate : candidates) {
            int shared = batch.shared(candidate, prompt);
            if (shared > best.tokens) {
                best = new Like(candidate, shared);
            }
        }
        return best;
    }

    /** Frees the kept row that was not used for longest, if all rows are taken and there is another one. */
    private void makeRoom() {
        if (kept.size() > 1 && active.size() + kept.size() >= options.mostRows() + options.keptRows()) {
            dropOldest();
        }
    }

    private void dropOldest() {
        Sequence oldest = kept.removeOldest();
        if (oldest != null) {
            batch.remove(oldest);
        }
    }

    /**
     * A kept row of which the new one has most is of no more use; one that shares only its beginning stays for others.
     */
    private Sequence goOn(Sequence like, int tokens, Prompt prompt, int room) {
        if (!kept.has(like) || 2 * tokens < like.length()) {
            return batch.fork(like, tokens, prompt, room);
        }
        Sequence sequence = batch.replace(like, tokens, prompt, room);
        kept.remove(like);
        return sequence;
    }

    /** Reads more of a prompt; the logits behind its last token if {@code last}. */
    Tensor read(Place place, int tokens, boolean last) {
        return batch.prefill(place.sequence, tokens, last ? Wanted.LAST : Wanted.NONE);
    }

    /** Reads one more token of each; float32 {@code [places, vocabulary]}. */
    Tensor write(List<Place> places, long[] tokens) {
        Tensor logits = batch.decode(places.stream().map(Place::sequence).toList(), tokens);
        bytes = batch.bytes();
        return logits;
    }

    void remove(Place place) {
        active.remove(place);
        batch.remove(place.sequence);
        bytes = batch.bytes();
    }

    /** Keeps a finished row as long as there is room for it, unless its request began before a deletion. */
    void keep(Place place) {
        if (place.owner.deletions() < forgotten) {
            remove(place);
            return;
        }
        active.remove(place);
        kept.add(place.sequence, place.owner);
        long row = batch.bytes() / Math.max(1, mostRows);
        while (kept.size() > options.keptRows() || kept.size() * row > options.keptBytes()) {
            dropOldest();
        }
        bytes = batch.bytes();
    }

    /** Drops what is kept of requests that began before a deletion, and keeps no more of them. */
    void forget(long deletions) {
        if (deletions == forgotten) {
            return;
        }
        forgotten = deletions;
        for (Sequence sequence : kept.before(deletions)) {
            kept.remove(sequence);
            batch.remove(sequence);
        }
        bytes = batch.bytes();
    }

    /** Nothing runs: gives memory back if it is more than may be kept. */
    void rest() {
        if (batch.bytes() > options.keptBytes()) {
            reset();
        }
    }

    /** Begins anew, with no rows at all. */
    void reset() {
        batch.close();
        active.clear();
        kept.clear();
        mostRows = 0;
        batch = language.newBatch();
        bytes = 0;
    }

    long bytes() {
        return bytes;
    }

    void close() {
        batch.close();
    }
}
