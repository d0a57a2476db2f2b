package dev.embedonce.engine.schedule.internal;

import dev.embedonce.engine.event.TokenChance;
import dev.embedonce.vlm.generate.Generation.End;
import dev.embedonce.vlm.generate.Sampler;
import dev.embedonce.vlm.generate.StopStrings;
import dev.embedonce.vlm.tokenizer.ModelTokenizer;
import dev.embedonce.vlm.tokenizer.TokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the logits of one sequence into the tokens and text of its answer, which it passes to its ticket. Not
 * thread-safe.
 */
final class AnswerWriter {
    private final Ticket ticket;
    private final ModelTokenizer tokenizer;
    private final Set<Integer> endTokens;
    private final int mostTokens;
    private final Sampler sampler;
    private final TokenStream stream;
    private final StopStrings stops;
    private final StringBuilder raw = new StringBuilder();
    private final List<TokenChance> chances = new ArrayList<>();
    private int given;
    private int written;
    private int lastToken;

    AnswerWriter(Ticket ticket, ModelTokenizer tokenizer, Set<Integer> endTokens, int mostTokens) {
        this.ticket = ticket;
        this.tokenizer = tokenizer;
        this.endTokens = endTokens;
        this.mostTokens = mostTokens;
        this.sampler = new Sampler(ticket.options().sampling(), ticket.prompt().ids());
        this.stream = tokenizer.stream();
        this.stops = new StopStrings(ticket.options().stops());
    }

    /**
     * Samples a token.
     *
     * @param logits one a token id; changed by the call
     * @return why the answer ends here, or null if it continues after {@link #lastToken}
     */
    @Nullable
    End accept(float[] logits) {
        float[] before = ticket.likeliest().isPresent() ? Sampler.logProbabilities(logits) : new float[0];
        lastToken = sampler.next(logits);
        written++;
        if (!ticket.options().ignoreEnd() && endTokens.contains(lastToken)) {
            finish();
            return End.STOP;
        }
        if (ticket.likeliest().isPresent()) {
            chances.add(chance(lastToken, before, ticket.likeliest().getAsInt()));
        }
        give(stream.next(lastToken));
        if (!chances.isEmpty()) {
            tell("");
        }
        if (stops.isStopped()) {
            return End.STOP;
        }
        if (written == mostTokens) {
            finish();
            return stops.isStopped() ? End.STOP : End.LENGTH;
        }
        return null;
    }

    private void finish() {
        give(stream.rest());
        String held = stops.rest();
        if (!held.isEmpty()) {
            tell(held);
        }
    }

    private void give(String text) {
        raw.append(text);
        String free = stops.next(text);
        if (!free.isEmpty()) {
            tell(free);
        }
    }

    private void tell(String text) {
        given += text.length();
        ticket.tell(text, chances);
        chances.clear();
    }

    private TokenChance chance(int token, float[] logProbabilities, int most) {
        List<TokenChance.Alternative> likeliest = IntStream.of(likeliest(logProbabilities, most))
                .mapToObj(id -> new TokenChance.Alternative(text(id), logProbabilities[id]))
                .toList();
        return new TokenChance(text(token), logProbabilities[token], likeliest);
    }

    /** The ids of the largest values, the largest first. */
    private static int[] likeliest(float[] values, int most) {
        int[] best = new int[Math.min(most, values.length)];
        int count = 0;
        for (int id = 0; id < values.length; id++) {
            if (count == best.length && (count == 0 || values[id] <= values[best[count - 1]])) {
                continue;
            }
            int at = count < best.length ? count++ : count - 1;
            while (at > 0 && values[best[at - 1]] < values[id]) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = id;
        }
        return best;
    }

    private String text(int token) {
        return tokenizer.decode(new long[] {token});
    }

    /** The stop string that ended the answer, or null. */
    @Nullable
    String stop() {
        return stops.isStopped()
                ? ticket.options().stops().stream()
                        .filter(stop -> raw.indexOf(stop, given) == given)
                        .findFirst()
                        .orElse(null)
                : null;
    }

    int lastToken() {
        return lastToken;
    }

    int written() {
        return written;
    }
}
