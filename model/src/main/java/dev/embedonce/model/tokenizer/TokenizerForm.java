package dev.embedonce.model.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A form in which vocabularies are published. Where a model has several, the first of these is read. */
public enum TokenizerForm {
    /** All in one file. */
    JSON("tokenizer.json"),
    /** Tokens and merges of a byte-level BPE. */
    VOCABULARY_AND_MERGES("vocab.json with merges.txt"),
    /** Ranks of a byte-level BPE. */
    TIKTOKEN("tiktoken.model"),
    /** A model of SentencePiece, or ranks as in {@link #TIKTOKEN}. */
    MODEL("tokenizer.model");

    /** The files of settings that belong to any form. */
    public static final List<String> SETTINGS =
            List.of("tokenizer_config.json", "added_tokens.json", "special_tokens_map.json");

    private static final String WITH = " with ";

    private final String names;

    TokenizerForm(String names) {
        this.names = names;
    }

    /** The names of its files. */
    public List<String> files() {
        return List.of(names.split(WITH, -1));
    }

    /** The form that a model has. */
    public static Optional<TokenizerForm> of(Predicate<String> hasFile) {
        return Arrays.stream(values())
                .filter(form -> form.files().stream().allMatch(hasFile))
                .findFirst();
    }

    /** All forms, as messages name them. */
    public static String names() {
        return Arrays.stream(values()).map(form -> form.names).collect(Collectors.joining(", "));
    }
}
