package dev.embedonce.encoder.text;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tokenizer.AddedToken;
import dev.embedonce.model.tokenizer.NativeTokenizer;
import dev.embedonce.model.tokenizer.PublishedTokenizer;
import dev.embedonce.model.tokenizer.TokenizerFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes token ids of texts as transformers' processor of the model does with truncation and with padding to the full
 * length. CLIP's own processor pads only to the longest text of a batch; its vectors do not depend on padding, and of
 * one length for all texts they do not depend on the batch either. Thread-safe.
 */
final class TextTokenizer implements AutoCloseable {
    /** Raised by hand when texts become other tokens, also through another version of the tokenizers library. */
    private static final int REVISION = 1;

    private final NativeTokenizer tokenizer;
    private final int maxTokens;
    private final boolean padsLeft;
    private final long padId;
    private final String preprocVersion;
    private final long mostCharacters;

    private TextTokenizer(
            NativeTokenizer tokenizer,
            int maxTokens,
            boolean padsLeft,
            long padId,
            String preprocVersion,
            long mostCharacters) {
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
        this.padsLeft = padsLeft;
        this.padId = padId;
        this.preprocVersion = preprocVersion;
        this.mostCharacters = mostCharacters;
    }

    /**
     * Opens the tokenizer of a model.
     *
     * @param positions the most tokens that the model has positions for
     * @param cacheFolder where the native library is unpacked
     * @throws ModelLoadException if it has no tokenizer, or a file of it is not understood
     */
    static TextTokenizer open(ModelFiles files, int positions, Path cacheFolder) {
        PublishedTokenizer published = PublishedTokenizer.read(files.json());
        TextSettings settings = new TextSettings(published.settings());
        TextFamily family = TextFamily.of(files.config().text("model_type"), settings);
        String padToken = settings.padToken(family);
        List<AddedToken> special = published.settings().roleTokens();
        Set<String> wanted = new HashSet<>(Set.of(padToken));
        special.forEach(token -> wanted.add(token.content()));
        TokenizerFile file = published.contents(wanted);
        long padId = file.id(padToken)
                .orElseThrow(() -> new ModelLoadException(
                        file.file() + ": has no token '" + padToken + "', which texts are padded with"));
        int maxTokens = settings.maxTokens(positions);
        boolean padsLeft = settings.padsLeft(family);
        FramedDigest digest = FramedDigest.tagged("embedonce.preproc.text.v1")
                .put("revision", REVISION)
                .put("family", family.id())
                .put("tokenizer", file.text().getBytes(StandardCharsets.UTF_8))
                .put("lowerCase", settings.lowerCase())
                .put("maxTokens", maxTokens)
                .put("padding", "max_length")
                .put("padsLeft", padsLeft)
                .put("padToken", padToken)
                .put("padId", padId);
        published.settings().roles().forEach((role, token) -> digest.put(role, token.toString()));
        String version = "text-" + family.id() + "/t" + maxTokens + "@sha256:" + digest.hexDigest();
        String json = file.with(special, family.normalizer(file.normalizer(), settings.lowerCase()));
        NativeTokenizer tokenizer = NativeTokenizer.of(file.file().toString(), json, maxTokens, cacheFolder);
        long mostCharacters =
                (long) maxTokens * published.longestToken(List.of()).getAsInt();
        return new TextTokenizer(tokenizer, maxTokens, padsLeft, padId, version, mostCharacters);
    }

    /** Of a text with more characters some are cut off, whatever it says: its tokens are the longest there are. */
    long mostCharacters() {
        return mostCharacters;
    }

    /** A label, then {@code @sha256:} and the digest of everything that makes tokens of a text. */
    String preprocVersion() {
        return preprocVersion;
    }

    /**
     * Makes token ids.
     *
     * @param text UTF-8
     * @throws IllegalArgumentException if the bytes are not UTF-8
     */
    PreparedText prepare(byte[] text) {
        long[] ids = tokenizer.encode(decode(text));
        long[] padded = new long[maxTokens];
        long[] mask = new long[maxTokens];
        Arrays.fill(padded, padId);
        int start = padsLeft ? maxTokens - ids.length : 0;
        System.arraycopy(ids, 0, padded, start, ids.length);
        Arrays.fill(mask, start, start + ids.length, 1);
        return new PreparedText(padded, mask);
    }

    private static String decode(byte[] text) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the text is not UTF-8: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
