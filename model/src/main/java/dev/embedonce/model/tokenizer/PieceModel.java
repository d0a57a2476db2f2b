package dev.embedonce.model.tokenizer;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.runtime.ProtoReader;
import dev.embedonce.graph.runtime.ProtoReader.MalformedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model file of SentencePiece says. Not thread-safe while it is read. */
// Source: sentencepiece 0.2.3, sentencepiece_model.proto, whose field numbers stand below
final class PieceModel {
    /** The kinds of pieces that are no ordinary ones. */
    static final int CONTROL = 3;

    static final int USER_DEFINED = 4;

    /** The kinds of models. */
    static final int UNIGRAM = 1;

    static final int BPE = 2;

    /** A token with its score, the higher the likelier, and its kind. */
    record Piece(String text, float score, int kind) {}

    private final List<Piece> pieces = new ArrayList<>();
    private int kind = UNIGRAM;
    private boolean byteFallback;
    private boolean suffix;
    private int unknownId;
    private String unknown = "<unk>";
    private int firstId = 1;
    private String first = "<s>";
    private int lastId = 2;
    private String last = "</s>";
    private int paddingId = -1;
    private String padding = "<pad>";
    private byte[] characterMap = new byte[0];
    private boolean dummyPrefix = true;
    private boolean removesSpaces = true;
    private boolean escapesSpaces = true;

    private PieceModel() {}

    /**
     * Reads a model file.
     *
     * @throws ModelLoadException if it is damaged, or of a kind that is not supported
     */
    static PieceModel read(Path file) {
        PieceModel model = new PieceModel();
        try {
            ProtoReader message = new ProtoReader(ByteBuffer.wrap(TokenizerFolder.bytes(file)));
            while (message.next()) {
                if (message.isMessage()) {
                    ProtoReader part = new ProtoReader(message.payload());
                    switch (message.field()) {
                        case 1 -> model.pieces.add(piece(part));
                        case 2 -> model.readTrainer(part);
                        case 3 -> model.readNormalizer(part);
                        default -> {}
                    }
                }
            }
        } catch (MalformedException e) {
            throw new ModelLoadException(file + ": no model of SentencePiece: " + e.getMessage(), e);
        }
        model.require(file);
        return model;
    }

    private static Piece piece(ProtoReader message) throws MalformedException {
        String text = "";
        float score = 0;
        int kind = 1;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> text = message.text();
                case 2 -> score = number(message);
                case 3 -> kind = (int) message.number();
                default -> {}
            }
        }
        return new Piece(text, score, kind);
    }

    private static float number(ProtoReader message) throws MalformedException {
        ByteBuffer bytes = message.payload();
        if (bytes.remaining() != Float.BYTES) {
            throw new MalformedException("a score of " + bytes.remaining() + " bytes");
        }
        return bytes.order(ByteOrder.LITTLE_ENDIAN).getFloat();
    }

    private void readTrainer(ProtoReader message) throws MalformedException {
        while (message.next()) {
            switch (message.field()) {
                case 3 -> kind = (int) message.number();
                case 24 -> suffix = message.number() != 0;
                case 35 -> byteFallback = message.number() != 0;
                case 40 -> unknownId = (int) message.number();
                case 41 -> firstId = (int) message.number();
                case 42 -> lastId = (int) message.number();
                case 43 -> paddingId = (int) message.number();
                case 45 -> unknown = message.text();
                case 46 -> first = message.text();
                case 47 -> last = message.text();
                case 48 -> padding = message.text();
                default -> {}
            }
        }
    }

    private void readNormalizer(ProtoReader message) throws MalformedException {
        while (message.next()) {
            switch (message.field()) {
                case 2 -> {
                    characterMap = new byte[message.payload().remaining()];
                    message.payload().get(characterMap);
                }
                case 3 -> dummyPrefix = message.number() != 0;
                case 4 -> removesSpaces = message.number() != 0;
                case 5 -> escapesSpaces = message.number() != 0;
                default -> {}
            }
        }
    }

    private void require(Path file) {
        require(file, !pieces.isEmpty(), "pieces, found none");
        require(file, vocabulary().size() == pieces.size(), "pieces that differ from each other");
        require(
                file,
                pieces.stream().allMatch(piece -> piece.text.length() <= Merges.LONGEST),
                "pieces of at most " + Merges.LONGEST + " characters");
        require(file, kind == UNIGRAM || kind == BPE, "a model of the kind Unigram (1) or BPE (2), found " + kind);
        require(file, unknownId >= 0 && unknownId < pieces.size(), "a piece for the unknown, found id " + unknownId);
        require(file, !suffix, "no white space at the end of words (treat_whitespace_as_suffix)");
        require(file, escapesSpaces, "white space that is escaped (escape_whitespaces)");
    }

    private static void require(Path file, boolean fits, String expected) {
        if (!fits) {
            throw new ModelLoadException(file + ": expected " + expected);
        }
    }

    /** The pieces in the order of their numbers. */
    List<Piece> pieces() {
        return pieces;
    }

    /** The number of each piece. */
    Map<String, Integer> vocabulary() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        pieces.forEach(piece -> vocabulary.putIfAbsent(piece.text, vocabulary.size()));
        return vocabulary;
    }

    boolean isUnigram() {
        return kind == UNIGRAM;
    }

    /** Whether characters that no piece has become pieces of their bytes. */
    boolean fallsBackOnBytes() {
        return byteFallback;
    }

    int unknownId() {
        return unknownId;
    }

    /** The pieces with a role, by the role's name. */
    Map<String, String> roles() {
        Map<String, String> roles = new LinkedHashMap<>();
        roles.put("unk_token", unknown);
        put(roles, "bos_token", firstId, first);
        put(roles, "eos_token", lastId, last);
        put(roles, "pad_token", paddingId, padding);
        return roles;
    }

    private static void put(Map<String, String> roles, String role, int id, String piece) {
        if (id >= 0) {
            roles.put(role, piece);
        }
    }

    /** What texts are normalised by, in SentencePiece's own form; empty for nothing. */
    byte[] characterMap() {
        return characterMap;
    }

    /** Whether a space is set before texts. */
    boolean setsSpaceBefore() {
        return dummyPrefix;
    }

    /** Whether spaces around texts are taken away, and several made one. */
    boolean removesSpaces() {
        return removesSpaces;
    }
}
