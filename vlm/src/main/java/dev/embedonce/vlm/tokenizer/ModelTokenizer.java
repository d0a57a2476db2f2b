package dev.embedonce.vlm.tokenizer;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.model.tokenizer.NativeTokenizer;
import dev.embedonce.model.tokenizer.PublishedTokenizer;
import dev.embedonce.vlm.prompt.PromptPiece;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.stream.LongStream;

/**
 * The tokenizer of a language model, in any of the forms of a {@link PublishedTokenizer}. Thread-safe; whoever opens it
 * closes it.
 */
public final class ModelTokenizer implements AutoCloseable {
    private final NativeTokenizer tokenizer;
    private final Map<String, String> specialTokens;
    private final IntSupplier longest;
    /** Special tokens that text has all the same, by their ids. */
    private final Map<Long, String> written;

    private ModelTokenizer(
            NativeTokenizer tokenizer,
            Map<String, String> specialTokens,
            IntSupplier longest,
            Map<Long, String> written) {
        this.tokenizer = tokenizer;
        this.specialTokens = specialTokens;
        this.longest = longest;
        this.written = written;
    }

    /**
     * Opens the tokenizer of a model.
     *
     * @param cacheFolder where the native library is unpacked
     * @throws ModelLoadException if a file is missing or not understood
     */
    public static ModelTokenizer open(Path directory, Path cacheFolder) {
        return open(new JsonFiles(directory), cacheFolder, List.of());
    }

    /**
     * Opens the tokenizer of a model whose processor adds tokens in code.
     *
     * @param added those tokens; the ones that the file has are passed over, the others get the next numbers
     * @param cacheFolder where the native library is unpacked
     * @throws ModelLoadException if a file is missing or not understood
     */
    public static ModelTokenizer open(JsonFiles files, Path cacheFolder, List<String> added) {
        PublishedTokenizer published = PublishedTokenizer.read(files);
        return new ModelTokenizer(
                NativeTokenizer.of(published.file().toString(), published.json(added), 0, cacheFolder),
                Collections.unmodifiableMap(published.settings().specialTokens()),
                published.longestToken(added),
                Map.of());
    }

    /**
     * This tokenizer, whose text does not leave out some special tokens. Closing one closes both.
     *
     * @param texts of special tokens, or any others
     * @return empty if one of the texts comes back from its ids in no way
     */
    public Optional<ModelTokenizer> writing(List<String> texts) {
        Map<Long, String> special = new HashMap<>();
        for (String text : texts) {
            long[] ids = tokenizer.encode(text, false);
            if (!decode(ids).contains(text)) {
                if (ids.length != 1 || !tokenizer.decode(ids, false).equals(text)) {
                    return Optional.empty();
                }
                special.put(ids[0], text);
            }
        }
        return Optional.of(new ModelTokenizer(tokenizer, specialTokens, longest, special));
    }

    /** The special tokens by the names that templates use, such as {@code bos_token}. */
    public Map<String, String> specialTokens() {
        return specialTokens;
    }

    /**
     * The ids of a rendered prompt. The tokens that frame every text are added, unless the template has written the
     * first of them already.
     */
    public long[] encode(String prompt) {
        String first = specialTokens.get("bos_token");
        return tokenizer.encode(prompt, first == null || !prompt.startsWith(first));
    }

    /**
     * The ids of an expanded prompt: those of its texts, and between them those it gives as ids. A prompt of one text
     * is encoded as {@link #encode(String)} does; of several pieces, the first is preceded by the token that begins
     * every text, unless the template has written it. Before ids, be there none of them, nothing is put.
     * A text alone is framed as every text is.
     */
    public long[] encode(List<PromptPiece> pieces) {
        if (pieces.size() == 1 && pieces.get(0) instanceof PromptPiece.Text all) {
            return encode(all.text());
        }
        LongStream.Builder ids = LongStream.builder();
        if (!pieces.isEmpty() && !beginsWithFirst(pieces.get(0))) {
            firstToken().ifPresent(ids::add);
        }
        for (PromptPiece piece : pieces) {
            LongStream.of(encoded(piece)).forEach(ids::add);
        }
        return ids.build().toArray();
    }

    private long[] encoded(PromptPiece piece) {
        if (piece instanceof PromptPiece.Ids given) {
            return given.ids();
        }
        return piece instanceof PromptPiece.Alone alone
                ? tokenizer.encode(alone.text(), true)
                : tokenizer.encode(((PromptPiece.Text) piece).text(), false);
    }

    private boolean beginsWithFirst(PromptPiece piece) {
        String first = specialTokens.get("bos_token");
        return !(piece instanceof PromptPiece.Text)
                || (first != null
                        && piece instanceof PromptPiece.Text text
                        && text.text().startsWith(first));
    }

    /** The token before every text, if the tokenizer puts one there. */
    private OptionalLong firstToken() {
        String first = specialTokens.get("bos_token");
        long[] alone = first == null ? new long[0] : tokenizer.encode(first, false);
        long[] frame = tokenizer.encode("", true);
        return alone.length == 1 && frame.length > 0 && frame[0] == alone[0]
                ? OptionalLong.of(frame[0])
                : OptionalLong.empty();
    }

    /**
     * The most characters that one token stands for, at least 1: no text of {@code n} tokens is longer than {@code n}
     * times that, if the tokenizer drops nothing of it. Reads the file once more; ask once.
     *
     * @throws ModelLoadException if the file cannot be read any more
     */
    public int longestToken() {
        return longest.getAsInt();
    }

    /** The text of ids, special tokens left out but for those that are {@link #writing written}. */
    public String decode(long[] ids) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int i = 0; i < ids.length; i++) {
            String special = written.get(ids[i]);
            if (special != null) {
                text.append(tokenizer.decode(Arrays.copyOfRange(ids, from, i), true))
                        .append(special);
                from = i + 1;
            }
        }
        return text.append(tokenizer.decode(Arrays.copyOfRange(ids, from, ids.length), true))
                .toString();
    }

    /** Text of ids that arrive one by one. */
    public TokenStream stream() {
        return new TokenStream(this);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
