package dev.embedonce.encoder.text;

import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Prepared;
import dev.embedonce.value.Tensor;
import java.util.Map;

/** A text as its encoder reads it: token ids, and the digest of exactly that. Immutable. */
public final class PreparedText implements Prepared {
    private final Tensor inputIds;
    private final Tensor attentionMask;
    private final InputDigest inputDigest;

    PreparedText(long[] inputIds, long[] attentionMask) {
        this.inputIds = Tensor.ofLongs(inputIds);
        this.attentionMask = Tensor.ofLongs(attentionMask);
        this.inputDigest =
                InputDigest.of(Map.of("input_ids", this.inputIds, "attention_mask", this.attentionMask), Map.of());
    }

    /** int64 {@code [tokens]}, padded to the number of tokens that all texts of the model have. */
    public Tensor inputIds() {
        return inputIds;
    }

    /** int64 {@code [tokens]}: 1 for the text and its special tokens, 0 for padding. */
    public Tensor attentionMask() {
        return attentionMask;
    }

    @Override
    public InputDigest inputDigest() {
        return inputDigest;
    }

    /** Texts have no width. */
    @Override
    public int width() {
        return 0;
    }

    /** Texts have no height. */
    @Override
    public int height() {
        return 0;
    }
}
