package dev.embedonce.model.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The merges of a BPE that is published as a vocabulary alone: any two tokens that make a third. */
// Source: transformers 4.57, convert_slow_tokenizer.py, generate_merges,
// TikTokenConverter.extract_vocab_merges_from_model
final class Merges {
    /** Characters of a token: every way to part it is looked up. */
    static final int LONGEST = 512;

    private Merges() {}

    /** The pairs that make a token of at most {@link #LONGEST} characters, by the numbers of their parts. */
    static List<List<String>> of(String token, Map<String, Integer> vocabulary) {
        List<List<String>> pairs = new ArrayList<>();
        for (int i = 1; i < token.length(); i++) {
            String left = token.substring(0, i);
            String right = token.substring(i);
            if (vocabulary.containsKey(left) && vocabulary.containsKey(right)) {
                pairs.add(List.of(left, right));
            }
        }
        pairs.sort(Comparator.<List<String>>comparingInt(pair -> vocabulary.get(pair.get(0)))
                .thenComparingInt(pair -> vocabulary.get(pair.get(1))));
        return pairs;
    }
}
