package dev.embedonce.image.internal.webp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The constant tables of the format, read once from a resource. */
final class Vp8Tables {
    /** Coefficient probabilities lie flat: [type 4][band 8][context 3][node 11]. */
    static final int NODES = 11;

    static final int CONTEXTS = 3;
    static final int BANDS = 8;
    static final int TYPES = 4;
    static final int SUBBLOCK_MODES = 10;

    private static final String TEXT = text();
    private static final int[] COEFFICIENTS = table("default-coefficient-probabilities");
    private static final int[] UPDATES = table("coefficient-update-probabilities");
    private static final int[] MODES = table("subblock-mode-probabilities");
    private static final int[] DC = table("dc-quantizer");
    private static final int[] AC = table("ac-quantizer");

    private Vp8Tables() {}

    static int[] coefficientProbabilities() {
        return COEFFICIENTS.clone();
    }

    static int updateProbability(int i) {
        return UPDATES[i];
    }

    /**
     * Probability of node {@code node} of the tree of subblock modes between neighbours of mode {@code above} and
     * {@code left}.
     */
    static int modeProbability(int above, int left, int node) {
        return MODES[(above * SUBBLOCK_MODES + left) * (SUBBLOCK_MODES - 1) + node];
    }

    static int dc(int index, int max) {
        return DC[Math.max(0, Math.min(max, index))];
    }

    static int ac(int index) {
        return AC[Math.max(0, Math.min(AC.length - 1, index))];
    }

    private static String text() {
        try (InputStream in = Vp8Tables.class.getResourceAsStream("vp8-tables.txt")) {
            if (in == null) {
                throw new IllegalStateException("vp8-tables.txt is missing from this artifact");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] table(String name) {
        int start = TEXT.indexOf(name) + name.length();
        int end = start;
        while (end < TEXT.length() && !Character.isLetter(TEXT.charAt(end))) {
            end++;
        }
        return Arrays.stream(TEXT.substring(start, end).trim().split("\\s+", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
