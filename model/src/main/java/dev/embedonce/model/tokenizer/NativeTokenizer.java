package dev.embedonce.model.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.embedonce.error.CacheException;
import dev.embedonce.error.ModelLoadException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer of Hugging Face's {@code tokenizers} library. Thread-safe: any number of threads encode at once, and
 * {@link #close} waits for them.
 *
 * <p>The library's calls are used directly and not DJL's {@code HuggingFaceTokenizer}, which reports its use over the
 * network and pads and truncates by settings of its own.
 */
public final class NativeTokenizer implements AutoCloseable {
    private final String name;
    private final TokenizersLibrary library;
    private final long handle;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private NativeTokenizer(String name, TokenizersLibrary library, long handle) {
        this.name = name;
        this.library = library;
        this.handle = handle;
    }

    /**
     * Makes a tokenizer.
     *
     * @param name names it in errors
     * @param json the content of a {@code tokenizer.json}
     * @param maxTokens the most tokens of a text, its special tokens included; what is over is cut off at its end; 0
     *     for no bound
     * @param cacheFolder where the native library is unpacked
     * @throws ModelLoadException if the library cannot be loaded, or does not understand the tokenizer
     */
    public static NativeTokenizer of(String name, String json, int maxTokens, Path cacheFolder) {
        TokenizersLibrary library = library(cacheFolder);
        try {
            long handle = library.createTokenizerFromString(json);
            library.disablePadding(handle);
            if (maxTokens > 0) {
                library.setTruncation(handle, maxTokens, "LONGEST_FIRST", 0);
            } else {
                library.disableTruncation(handle);
            }
            return new NativeTokenizer(name, library, handle);
        } catch (RuntimeException e) {
            throw new ModelLoadException(name + ": cannot be used as a tokenizer: " + e.getMessage(), e);
        }
    }

    /** The library, unpacked into our folder. It is for a processor only, and nothing is ever downloaded. */
    private static synchronized TokenizersLibrary library(Path cacheFolder) {
        String folder = cacheFolder.toAbsolutePath().toString();
        Map<String, @Nullable String> before = new HashMap<>();
        before.put("ENGINE_CACHE_DIR", System.getProperty("ENGINE_CACHE_DIR"));
        before.put("ai.djl.offline", System.getProperty("ai.djl.offline"));
        try {
            System.setProperty("ENGINE_CACHE_DIR", folder);
            System.setProperty("ai.djl.offline", "true");
            LibUtils.checkStatus();
            return TokenizersLibrary.LIB;
        } catch (RuntimeException | LinkageError e) {
            throw new ModelLoadException(
                    "the native tokenizers library cannot be unpacked into " + folder + " or loaded: " + e, e);
        } finally {
            before.forEach((property, value) -> {
                if (value == null) {
                    System.clearProperty(property);
                } else {
                    System.setProperty(property, value);
                }
            });
        }
    }

    /**
     * The ids of a text and of its special tokens.
     *
     * @throws CacheException if the text cannot be encoded
     */
    public long[] encode(String text) {
        return encode(text, true);
    }

    /**
     * The ids of a text.
     *
     * @param addSpecialTokens whether to add those that frame every text, such as one that begins it
     * @throws CacheException if the text cannot be encoded
     */
    public long[] encode(String text, boolean addSpecialTokens) {
        return guarded("encode this text", () -> {
            long encoding = library.encode(handle, text, addSpecialTokens);
            try {
                return library.getTokenIds(encoding);
            } finally {
                library.deleteEncoding(encoding);
            }
        });
    }

    /**
     * The text of ids.
     *
     * @param skipSpecialTokens whether to leave out special tokens
     * @throws CacheException if they cannot be decoded
     */
    public String decode(long[] ids, boolean skipSpecialTokens) {
        return guarded("decode these ids", () -> library.decode(handle, ids, skipSpecialTokens));
    }

    private <T> T guarded(String what, Supplier<T> call) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            return call.get();
        } catch (IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CacheException(name + ": cannot " + what + ": " + e.getMessage(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                library.deleteTokenizer(handle);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
