package dev.embedonce.model.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.model.tokenizer.PieceModel.Piece;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer in a model file of SentencePiece, for the classes that take the file's numbers as they are. What
 * transformers calls legacy counts where the settings do not say otherwise: a space is set before every piece of text
 * between special tokens.
 */
// Source: transformers 4.57, convert_slow_tokenizer.py, LlamaConverter, GemmaConverter; sentencepiece 0.2.3,
// normalizer.cc; PaddleFormers, transformers/ernie4_5_moe_vl/tokenizer.py
final class PieceFile {
    private static final String SPACE = "\u2581";

    /** A pair of tokens that make a third, whose score decides which pair is first. */
    private record Merge(List<String> pair, float score) {
        private static final Comparator<Merge> ORDER = Comparator.comparingDouble(Merge::score)
                .thenComparingInt(merge -> characters(merge, 0))
                .thenComparingInt(merge -> characters(merge, 1))
                .reversed();

        private static int characters(Merge merge, int side) {
            String text = merge.pair.get(side);
            return text.codePointCount(0, text.length());
        }
    }

    private final PieceModel model;
    private final boolean spaceBefore;
    private final boolean legacy;

    private PieceFile(PieceModel model, boolean spaceBefore, boolean legacy) {
        this.model = model;
        this.spaceBefore = spaceBefore;
        this.legacy = legacy;
    }

    /**
     * Reads a model file.
     *
     * @throws dev.embedonce.error.ModelLoadException if it is damaged, or the class is not known
     */
    static TokenizerJson read(Path file, TokenizerSettings settings) {
        boolean begins = switch (settings.tokenizerClass()) {
            case "LlamaTokenizer", "GemmaTokenizer" -> true;
            case "Ernie4_5_VLTokenizer" -> false;
            default ->
                throw settings.refused(
                        "tokenizer_class",
                        "LlamaTokenizer, GemmaTokenizer or Ernie4_5_VLTokenizer for " + file.getFileName());
        };
        PieceModel model = PieceModel.read(file);
        PieceFile pieces = new PieceFile(
                model, settings.flag("add_prefix_space", model.setsSpaceBefore()), settings.flag("legacy", true));
        return new TokenizerJson(file, pieces.root(), model.vocabulary(), pieces.added(), model.roles(), begins, false);
    }

    private ObjectNode root() {
        ObjectNode root = TokenizerFolder.JSON.createObjectNode();
        ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
        normalize(normalizer.putArray("normalizers"));
        if (spaceBefore && !legacy) {
            root.putObject("pre_tokenizer")
                    .put("type", "Metaspace")
                    .put("replacement", SPACE)
                    .put("prepend_scheme", "first")
                    .put("split", false);
        }
        root.set("model", model.isUnigram() ? unigram() : pairs());
        ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        replace(decoders, "String", SPACE, " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        if (spaceBefore || model.removesSpaces()) {
            decoders.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", model.removesSpaces() ? Integer.MAX_VALUE : 1)
                    .put("stop", 0);
        }
        return root;
    }

    private void normalize(ArrayNode steps) {
        if (model.characterMap().length > 0) {
            steps.addObject().put("type", "Precompiled").put("precompiled_charsmap", model.characterMap());
        }
        if (model.removesSpaces()) {
            replace(steps, "Regex", "\\A +|[ " + SPACE + "]+\\z", "");
            replace(steps, "Regex", " {2,}", " ");
        }
        if (spaceBefore && legacy) {
            steps.addObject().put("type", "Prepend").put("prepend", SPACE);
        }
        if (!spaceBefore || legacy) {
            replace(steps, "String", " ", SPACE);
        }
    }

    private static void replace(ArrayNode steps, String kind, String pattern, String content) {
        ObjectNode step = steps.addObject().put("type", "Replace");
        step.putObject("pattern").put(kind, pattern);
        step.put("content", content);
    }

    private ObjectNode unigram() {
        ObjectNode json = TokenizerJson.object("Unigram")
                .put("unk_id", model.unknownId())
                .put("byte_fallback", model.fallsBackOnBytes());
        ArrayNode vocabulary = json.putArray("vocab");
        for (Piece piece : model.pieces()) {
            vocabulary.addArray().add(piece.text()).add(piece.score());
        }
        return json;
    }

    private ObjectNode pairs() {
        Map<String, Integer> vocabulary = model.vocabulary();
        List<Merge> merges = new ArrayList<>();
        for (Piece piece : model.pieces()) {
            for (List<String> pair : Merges.of(piece.text(), vocabulary)) {
                merges.add(new Merge(pair, piece.score()));
            }
        }
        merges.sort(Merge.ORDER);
        return TokenizerJson.pairs(vocabulary, merges.stream().map(Merge::pair).toList())
                .put("unk_token", model.pieces().get(model.unknownId()).text())
                .put("fuse_unk", true)
                .put("byte_fallback", model.fallsBackOnBytes());
    }

    private List<AddedToken> added() {
        return model.pieces().stream()
                .filter(piece -> piece.kind() == PieceModel.CONTROL || piece.kind() == PieceModel.USER_DEFINED)
                .map(piece -> AddedToken.of(piece.text(), piece.kind() == PieceModel.CONTROL, false))
                .toList();
    }
}
