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
 * The batch rows of one model: those of answers under way, and finished ones that are kept for prompts with the same
 * prefix. Used by one thread, except for {@link #bytes}.
 */
final class Rows {
    /** A shorter common prefix is not worth a copy. */
    private static final int LEAST_SHARED = 8;

    private static final int FIRST_ROOM = 256;

    private final LanguageModel language;
    private final EngineOptions options;
    private final List<Place> active = new ArrayList<>();
    private final PrefixCache kept = new PrefixCache();
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
     * @param reusedTokens of its prompt that are taken from another sequence
     */
    record Place(Sequence sequence, Owner owner, int reusedTokens) {}

    /** A sequence, and the length of the prefix that it shares with a prompt. */
    private record Match(@Nullable Sequence sequence, int tokens) {}

    /** Adds a row for a prompt, which starts with the longest prefix that a sequence of the same owner has. */
    Place begin(Owner owner, Prompt prompt) {
        Match match = longestMatch(owner, prompt);
        int room = prompt.length() + FIRST_ROOM;
        Sequence sequence;
        if (match.sequence == null || match.tokens < LEAST_SHARED) {
            makeRoom();
            sequence = batch.open(prompt, room);
        } else {
            kept.touch(match.sequence);
            makeRoom();
            sequence = reuse(match.sequence, match.tokens, prompt, room);
        }
        mostRows = Math.max(mostRows, active.size() + kept.size() + 1);
        Place place = new Place(sequence, owner, sequence.length());
        active.add(place);
        bytes = batch.bytes();
        return place;
    }

    private Match longestMatch(Owner owner, Prompt prompt) {
        List<Sequence> candidates = kept.of(owner);
        active.stream().filter(place -> place.owner.equals(owner)).forEach(place -> candidates.add(place.sequence));
        Match best = new Match(null, 0);
        for (Sequence candidate : candidates) {
            int shared = batch.shared(candidate, prompt);
            if (shared > best.tokens) {
                best = new Match(candidate, shared);
            }
        }
        return best;
    }

    /** Frees the least recently used cached row, if all rows are taken and another one is left. */
    private void makeRoom() {
        if (kept.size() > 1 && active.size() + kept.size() >= options.mostRows() + options.cachedSequences()) {
            dropOldest();
        }
    }

    private void dropOldest() {
        Sequence oldest = kept.removeOldest();
        if (oldest != null) {
            batch.remove(oldest);
        }
    }

    /** Continues a cached row whose greater part is shared; forks any other, which stays as it is. */
    private Sequence reuse(Sequence match, int tokens, Prompt prompt, int room) {
        if (!kept.has(match) || 2 * tokens < match.length()) {
            return batch.fork(match, tokens, prompt, room);
        }
        Sequence sequence = batch.replace(match, tokens, prompt, room);
        kept.remove(match);
        return sequence;
    }

    /** Prefills more of a prompt; returns the logits at its last token if {@code last}. */
    Tensor prefill(Place place, int tokens, boolean last) {
        return batch.prefill(place.sequence, tokens, last ? Wanted.LAST : Wanted.NONE);
    }

    /** A decode step: appends one token to each; returns logits, float32 {@code [places, vocabulary]}. */
    Tensor decode(List<Place> places, long[] tokens) {
        Tensor logits = batch.decode(places.stream().map(Place::sequence).toList(), tokens);
        bytes = batch.bytes();
        return logits;
    }

    void remove(Place place) {
        active.remove(place);
        batch.remove(place.sequence);
        bytes = batch.bytes();
    }

    /** Keeps a finished row as long as there is room, unless its request began before a deletion. */
    void keep(Place place) {
        if (place.owner.deletions() < forgotten) {
            remove(place);
            return;
        }
        active.remove(place);
        kept.add(place.sequence, place.owner);
        long row = batch.bytes() / Math.max(1, mostRows);
        while (kept.size() > options.cachedSequences() || kept.size() * row > options.cachedBytes()) {
            dropOldest();
        }
        bytes = batch.bytes();
    }

    /** Drops the cached rows of requests that began before a deletion, and keeps no more of them. */
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

    /** Called when nothing runs: releases all memory if it is more than may be kept. */
    void rest() {
        if (batch.bytes() > options.cachedBytes()) {
            reset();
        }
    }

    /** Drops all rows. */
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
