package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.vlm.prompt.Prompt;
import java.util.List;

/**
 * One run of the layers: the next tokens of one sequence's prompt (prefill), or one more token of several sequences
 * (decode). Says of every token of the run what the inputs of layers are made from. Immutable.
 */
public final class Step {
    private final List<Row> rows;
    private final int tokens;
    private final boolean prefill;

    /**
     * A sequence's part in a run.
     *
     * @param prompt of the sequence
     * @param from index in the sequence of its first token in this run
     * @param next id of the token that is decoded; of no meaning in prefill
     */
    public record Row(Prompt prompt, int from, long next) {}

    private Step(List<Row> rows, int tokens, boolean prefill) {
        this.rows = List.copyOf(rows);
        this.tokens = tokens;
        this.prefill = prefill;
    }

    /** A prefill of {@code tokens} tokens of a prompt, from one on. */
    public static Step prefill(Prompt prompt, int from, int tokens) {
        return new Step(List.of(new Row(prompt, from, -1)), tokens, true);
    }

    /** A decode step of one token for each row. */
    public static Step decode(List<Row> rows) {
        return new Step(rows, 1, false);
    }

    /** Whether the tokens are those of a prompt. */
    public boolean isPrefill() {
        return prefill;
    }

    public int rows() {
        return rows.size();
    }

    /** Tokens of each row. */
    public int tokens() {
        return tokens;
    }

    /** How many tokens a row's sequence has after this run; in prefill those of its whole prompt. */
    public int length(int row) {
        Row part = rows.get(row);
        return prefill ? part.prompt.length() : part.from + 1;
    }

    public Prompt prompt(int row) {
        return rows.get(row).prompt;
    }

    /** Index in its sequence of a row's first token in this run. */
    public int from(int row) {
        return rows.get(row).from;
    }

    /** The id of a token. */
    public long id(int row, int token) {
        Row part = rows.get(row);
        return prefill ? part.prompt.id(part.from + token) : part.next;
    }

    /** The position of a token, by its flat index over rows and tokens. */
    public float position(int axis, int index) {
        Row part = rows.get(index / tokens);
        return part.prompt.position(axis, part.from + index % tokens);
    }

    /** The kind of a token; see {@link Prompt#kind}. */
    public int kind(int row, int token) {
        Row part = rows.get(row);
        return part.prompt.kind(part.from + token);
    }
}
