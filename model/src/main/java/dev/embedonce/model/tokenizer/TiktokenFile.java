package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A byte-level BPE in a file of tiktoken: a line for each token, its bytes in base 64 and its rank, which is its
 * number. How texts are cut before, the tokenizer's class says.
 */
// Source: tiktoken 0.14, load.py; transformers 4.57, convert_slow_tokenizer.py, TikTokenConverter
final class TiktokenFile {
    /** Of Moonshot's models, whose class is published beside them. */
    private static final String MOONSHOT_CLASS = "TikTokenTokenizer";

    private static final String TAIL = "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    /** What transformers takes for any other class, which is Llama 3's. */
    private static final String LLAMA3 = CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+" + TAIL;

    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]";
    private static final String MOONSHOT = "[\\p{Han}]+"
            + "|[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+" + CONTRACTIONS + "?"
            + "|[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+" + LOWER + "*" + CONTRACTIONS + "?" + TAIL;
    /** How many numbers after the vocabulary Moonshot's class gives names to. */
    private static final int MOONSHOT_RESERVED = 258;

    private TiktokenFile() {}

    /**
     * Whether a file called {@code tokenizer.model} begins like one of tiktoken, and not like SentencePiece's with a
     * field's tag.
     */
    static boolean isOne(Path file) {
        byte[] bytes = TokenizerFolder.bytes(file);
        return bytes.length > 0 && bytes[0] > ' ';
    }

    /**
     * Reads a file.
     *
     * @throws ModelLoadException if it is damaged, or the class is not known
     */
    static TokenizerJson read(Path file, TokenizerSettings settings) {
        Map<String, Integer> vocabulary = vocabulary(file);
        List<List<String>> merges = new ArrayList<>();
        vocabulary.keySet().forEach(token -> merges.addAll(Merges.of(token, vocabulary)));
        ObjectNode root = TokenizerFolder.JSON.createObjectNode();
        root.set("model", TokenizerJson.pairs(vocabulary, merges).put("ignore_merges", true));
        root.set("decoder", TokenizerJson.bytes(false, true));
        List<AddedToken> own = List.of();
        switch (settings.tokenizerClass()) {
            case "", "PreTrainedTokenizer", "TokenizersBackend" ->
                root.set("pre_tokenizer", TokenizerJson.splitBytes(LLAMA3, false));
            case MOONSHOT_CLASS -> {
                root.set("pre_tokenizer", TokenizerJson.splitBytes(MOONSHOT, false));
                own = reserved(vocabulary.size(), settings);
            }
            default ->
                throw settings.refused(
                        "tokenizer_class",
                        MOONSHOT_CLASS + ", PreTrainedTokenizerFast or none for " + file.getFileName());
        }
        return new TokenizerJson(file, root, vocabulary, own, Map.of(), false, false);
    }

    /** A name for each number after the vocabulary: the settings', or one that says the number. */
    private static List<AddedToken> reserved(int first, TokenizerSettings settings) {
        Map<Integer, AddedToken> named = settings.addedTokens().stream()
                .filter(token -> token.id().isPresent())
                .collect(Collectors.toMap(token -> token.id().getAsInt(), token -> token, (a, b) -> a));
        List<AddedToken> tokens = new ArrayList<>();
        for (int id = first; id < first + MOONSHOT_RESERVED; id++) {
            AddedToken unnamed = AddedToken.of("<|reserved_token_" + id + "|>", true, false);
            tokens.add(named.getOrDefault(id, unnamed).asSpecial());
        }
        return tokens;
    }

    /** The tokens by rank, each byte as the character that stands for it. */
    private static Map<String, Integer> vocabulary(Path file) {
        String[] characters = byteCharacters();
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        String text = new String(TokenizerFolder.bytes(file), StandardCharsets.ISO_8859_1);
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String token = token(file, number, line, vocabulary.size(), characters);
            if (vocabulary.put(token, vocabulary.size()) != null) {
                throw new ModelLoadException(file + ": line " + number + ": a token that is there already");
            }
        }
        for (int b = 0; b < characters.length; b++) {
            if (!vocabulary.containsKey(characters[b])) {
                throw new ModelLoadException(file + ": expected a token for each byte, found none for byte " + b);
            }
        }
        return vocabulary;
    }

    private static String token(Path file, int number, String line, int rank, String[] characters) {
        String[] parts = line.strip().split(" ", -1);
        if (parts.length == 2 && parts[1].equals(Integer.toString(rank))) {
            try {
                StringBuilder token = new StringBuilder();
                for (byte b : Base64.getDecoder().decode(parts[0])) {
                    token.append(characters[b & 0xff]);
                }
                if (!token.isEmpty() && token.length() <= Merges.LONGEST) {
                    return token.toString();
                }
            } catch (IllegalArgumentException e) {
                // Said below.
            }
        }
        throw new ModelLoadException(file + ": line " + number + ": expected a token of at most " + Merges.LONGEST
                + " bytes in base 64 and the rank "
                + rank
                + ", found " + TokenizerFolder.shown(line));
    }

    /**
     * The character that stands for each byte in byte-level vocabularies: itself if it is printed, else one from
     * U+0100 on.
     */
    // Source: openai/gpt-2, encoder.py, bytes_to_unicode
    private static String[] byteCharacters() {
        String[] characters = new String[256];
        int next = 256;
        for (int b = 0; b < characters.length; b++) {
            boolean printed = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            characters[b] = Character.toString(printed ? b : next++);
        }
        return characters;
    }
}
