package dev.embedonce.spark.job;

import java.io.Serializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run is asked for, in every language by the same names. Travels with the tasks: names and numbers, never a
 * session or an encoder. Immutable.
 *
 * @param encoder {@code model}, {@code normalize}, {@code dtype}, {@code pooling}, {@code output}, {@code profile},
 *     {@code device} and {@code batch}
 * @param cache the folder of a table, as a URI; null if there is a store
 * @param store the URL of a store that all executors reach; null if there is a table
 * @param locationColumn which column says where a picture lies; null to choose by the columns that there are
 * @param contentColumn which column holds a picture's bytes; null to choose by the columns that there are
 * @param manifest where to keep the manifest, as a URI; null to keep none
 * @param taskImages how many missing pictures a task encodes, at most
 * @param waveImages how many missing pictures are encoded before they are published, at most
 * @param maxImageBytes the most bytes of a picture; a larger one fails
 * @param pixelHits whether pictures of known pixels in other bytes are looked for, at one more decoding of each miss
 * @param strict whether a picture that fails fails the run, after all others have been published
 * @param soleWriter whether the user promises that no other run writes to the table: for storage that cannot publish
 *     atomically
 */
public record EmbedOptions(
        EncoderSpec encoder,
        @Nullable String cache,
        @Nullable String store,
        @Nullable String locationColumn,
        @Nullable String contentColumn,
        @Nullable String manifest,
        int taskImages,
        long waveImages,
        long maxImageBytes,
        boolean pixelHits,
        boolean strict,
        boolean soleWriter)
        implements Serializable {

    /**
     * Reads options by their names, in any letter case, with or without hyphens.
     *
     * @throws IllegalArgumentException if one is unknown or makes no sense
     */
    public static EmbedOptions of(Map<String, String> given) {
        OptionReader options = new OptionReader(given);
        EmbedOptions read = new EmbedOptions(
                encoder(options),
                options.text("cache"),
                options.text("store"),
                options.text("locationColumn"),
                options.text("contentColumn"),
                options.text("manifest"),
                Math.toIntExact(options.number("taskImages", 2000)),
                options.number("waveImages", 5_000_000),
                options.number("maxImageBytes", 256L << 20),
                options.flag("pixelHits"),
                options.flag("strict"),
                options.flag("soleWriter"));
        options.requireNoneLeft();
        if ((read.cache == null) == (read.store == null)) {
            throw new IllegalArgumentException(
                    "expected one of the options cache (the folder of a table) and store (a store's URL)");
        }
        return read;
    }

    /** Reads the options of an encoder alone. */
    public static EncoderSpec encoder(Map<String, String> given) {
        OptionReader options = new OptionReader(given);
        EncoderSpec spec = encoder(options);
        options.requireNoneLeft();
        return spec;
    }

    private static EncoderSpec encoder(OptionReader options) {
        EncoderSpec spec = new EncoderSpec(
                options.text("model", "default"),
                options.flag("normalize"),
                options.text("dtype", "float32"),
                options.text("pooling"),
                options.text("output"),
                options.text("profile"),
                options.text("device", "cpu"),
                Math.toIntExact(options.number("batch", 16)));
        spec.encoderOptions(); // refuses unknown words
        return spec;
    }
}
