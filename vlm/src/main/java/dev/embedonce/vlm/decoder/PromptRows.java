package dev.embedonce.vlm.decoder;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** The vectors of a part of a prompt, with the features of its images in their places. */
final class PromptRows {
    private PromptRows() {}

    /** Float32 {@code [1, tokens, hidden]}: the table's vectors, replaced where features are placed. */
    static Tensor embeddings(Prompt prompt, int from, int tokens, EmbeddingTable table) {
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, tokens, table.width());
        FloatBuffer vectors = bytes.asFloatBuffer();
        for (int i = 0; i < tokens; i++) {
            table.put(prompt.id(from + i), vectors);
        }
        place(prompt, Prompt.EMBEDDINGS, from, tokens, table.width(), bytes);
        return Tensor.view(DType.FLOAT32, new long[] {1, tokens, table.width()}, bytes);
    }

    /** Float32 {@code [tokens, hidden]}, or {@code [1, hidden]} of zeros: what is added behind a layer. */
    static Tensor level(Prompt prompt, int level, int from, int tokens, int hidden) {
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, tokens, hidden);
        return place(prompt, level, from, tokens, hidden, bytes)
                ? Tensor.view(DType.FLOAT32, new long[] {tokens, hidden}, bytes)
                : nothing(hidden);
    }

    /** Float32 {@code [1, hidden]} of zeros. */
    static Tensor nothing(int hidden) {
        return Tensor.view(DType.FLOAT32, new long[] {1, hidden}, ByteBuffer.allocate(hidden * Float.BYTES));
    }

    private static boolean place(Prompt prompt, int target, int from, int tokens, int hidden, ByteBuffer bytes) {
        int rowBytes = hidden * Float.BYTES;
        boolean any = false;
        for (Prompt.Placement placement : prompt.placements()) {
            if (placement.target() != target) {
                continue;
            }
            ByteBuffer rows = placement.rows().tensor().data();
            int[] at = placement.tokens();
            for (int row = 0; row < at.length; row++) {
                int token = at[row] - from;
                if (token >= 0 && token < tokens) {
                    bytes.put(token * rowBytes, rows, rows.position() + row * rowBytes, rowBytes);
                    any = true;
                }
            }
        }
        return any;
    }
}
