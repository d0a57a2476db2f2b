package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A byte-level BPE in {@code vocab.json} and {@code merges.txt}. How texts are cut before, the tokenizer's class says.
 */
// Source: transformers 4.57, convert_slow_tokenizer.py, GPT2Converter, Qwen2Converter, CLIPConverter
final class BytePairFiles {
    private static final String VOCABULARY =
            TokenizerForm.VOCABULARY_AND_MERGES.files().get(0);
    private static final String MERGES =
            TokenizerForm.VOCABULARY_AND_MERGES.files().get(1);

    private static final String QWEN2 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String CLIP_CLASS = "CLIPTokenizer";
    private static final String CLIP = "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+";
    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";

    private BytePairFiles() {}

    /**
     * Reads the two files.
     *
     * @throws ModelLoadException if one is damaged, or the class is not known
     */
    static TokenizerJson read(Path folder, TokenizerSettings settings) {
        Path file = folder.resolve(VOCABULARY);
        Map<String, Integer> vocabulary = vocabulary(file);
        boolean prefixSpace = settings.flag("add_prefix_space", false);
        ObjectNode root = TokenizerFolder.JSON.createObjectNode();
        ObjectNode model = TokenizerJson.pairs(vocabulary, merges(folder.resolve(MERGES), vocabulary));
        boolean clip = settings.tokenizerClass().equals(CLIP_CLASS);
        Map<String, String> defaults;
        switch (settings.tokenizerClass()) {
            case "GPT2Tokenizer", "CodeGenTokenizer" -> {
                root.set("pre_tokenizer", TokenizerJson.bytes(prefixSpace, true));
                defaults = Map.of("bos_token", END, "eos_token", END, "unk_token", END);
            }
            case "Qwen2Tokenizer" -> {
                root.set("normalizer", TokenizerJson.object("NFC"));
                root.set("pre_tokenizer", TokenizerJson.splitBytes(QWEN2, prefixSpace));
                defaults = Map.of("eos_token", END, "pad_token", END, "unk_token", END);
            }
            case CLIP_CLASS -> {
                root.set("normalizer", clipNormalizer());
                root.set("pre_tokenizer", TokenizerJson.findBytes(CLIP));
                model.put("unk_token", END).put("end_of_word_suffix", "</w>");
                defaults = Map.of("bos_token", BEGIN, "eos_token", END, "pad_token", END, "unk_token", END);
            }
            default ->
                throw settings.refused(
                        "tokenizer_class",
                        "GPT2Tokenizer, CodeGenTokenizer, Qwen2Tokenizer or CLIPTokenizer for " + VOCABULARY + " and "
                                + MERGES);
        }
        root.set("decoder", TokenizerJson.bytes(false, true));
        root.set("model", model);
        return new TokenizerJson(file, root, vocabulary, List.of(), defaults, clip, clip);
    }

    private static ObjectNode clipNormalizer() {
        ObjectNode normalizer = TokenizerJson.object("Sequence");
        ObjectNode spaces = TokenizerJson.object("Replace").put("content", " ");
        spaces.putObject("pattern").put("Regex", "\\s+");
        normalizer
                .putArray("normalizers")
                .add(TokenizerJson.object("NFC"))
                .add(spaces)
                .add(TokenizerJson.object("Lowercase"));
        return normalizer;
    }

    private static Map<String, Integer> vocabulary(Path file) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        Set<Integer> ids = new HashSet<>();
        for (Map.Entry<String, JsonNode> field : TokenizerFolder.object(file).properties()) {
            JsonNode id = field.getValue();
            if (!id.isInt() || id.intValue() < 0 || !ids.add(id.intValue())) {
                throw new ModelLoadException(
                        file + ": token '" + field.getKey() + "': expected an id that no other token has, found " + id);
            }
            vocabulary.put(field.getKey(), id.intValue());
        }
        if (vocabulary.isEmpty()) {
            throw new ModelLoadException(file + ": expected tokens and their ids, found none");
        }
        return vocabulary;
    }

    private static List<List<String>> merges(Path file, Map<String, Integer> vocabulary) {
        List<List<String>> merges = new ArrayList<>();
        int number = 0;
        for (String line : TokenizerFolder.text(file).lines().toList()) {
            number++;
            if (line.isBlank() || (number == 1 && line.startsWith("#version"))) {
                continue;
            }
            String[] parts = line.strip().split(" ", -1);
            if (parts.length != 2
                    || !vocabulary.containsKey(parts[0])
                    || !vocabulary.containsKey(parts[1])
                    || !vocabulary.containsKey(parts[0] + parts[1])) {
                throw new ModelLoadException(file + ": line " + number + ": expected two tokens of " + VOCABULARY
                        + " that make a third, found " + TokenizerFolder.shown(line));
            }
            merges.add(List.of(parts));
        }
        return merges;
    }
}
