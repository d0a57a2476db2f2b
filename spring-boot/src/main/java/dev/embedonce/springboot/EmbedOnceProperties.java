package dev.embedonce.springboot;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What an application says of its cache and models.
 *
 * @param store URL of the store that vectors and features are kept in, such as sqlite:cache.db or memory:. Without it
 *     there is no cache.
 * @param cache How the cache works.
 * @param encoder The encoder of pictures and texts.
 * @param chat The vision-language model.
 */
@ConfigurationProperties("embedonce")
public record EmbedOnceProperties(
        @Nullable String store,
        @DefaultValue Cache cache,
        @DefaultValue Encoder encoder,
        @DefaultValue Chat chat) {

    /**
     * How the cache works.
     *
     * @param heap Most memory for entries on the heap; 0 for none.
     * @param followDeletions How soon, at the latest, deletions by other programs are followed.
     * @param sealKeys File with the keys that seal entries, hexadecimal, one a line, newest first; unsealed entries are
     *     no answers then.
     * @param trustForeign Whether rows that other programs wrote may be answers.
     */
    public record Cache(
            @DefaultValue("64MB") DataSize heap,
            @DefaultValue("1s") Duration followDeletions,
            @Nullable Path sealKeys,
            @DefaultValue("false") boolean trustForeign) {}

    /**
     * The encoder of pictures and texts.
     *
     * @param model 'default' for the bundled one, a folder with the model's files, or organisation/name on the hub.
     *     Without it there is no encoder.
     * @param text Whether the model's text side is opened too.
     * @param device Where it runs.
     * @param threads Threads that share the work of one batch; default all cores.
     * @param batchSize Most pictures of one batch.
     * @param dtype How the weights of a model from safetensors are held.
     * @param normalize Whether vectors are divided by their length.
     */
    public record Encoder(
            @Nullable String model,
            @DefaultValue("false") boolean text,
            @DefaultValue("cpu") Device device,
            @Nullable Integer threads,
            @DefaultValue("16") int batchSize,
            @DefaultValue("float32") NumericMode dtype,
            @DefaultValue("false") boolean normalize) {}

    /**
     * The vision-language model.
     *
     * @param model A folder with the model's files, or organisation/name on the hub. Without it there is no model.
     * @param name The model's name in options and metadata; default the last part of model.
     * @param device Where it runs.
     * @param threads Threads that share the work of one operator; default all cores.
     * @param dtype How the language model's weights are held.
     * @param towerDtype How the vision tower's weights are held; part of what features are kept under.
     * @param maxSequences Most answers that are generated at the same time.
     * @param maxQueue Most answers that wait.
     * @param context Most tokens of a prompt and its answer together.
     * @param timeout Most time for an answer.
     */
    public record Chat(
            @Nullable String model,
            @Nullable String name,
            @DefaultValue("cpu") Device device,
            @Nullable Integer threads,
            @DefaultValue("float32") NumericMode dtype,
            @DefaultValue("float32") NumericMode towerDtype,
            @DefaultValue("8") int maxSequences,
            @DefaultValue("64") int maxQueue,
            @DefaultValue("8192") int context,
            @DefaultValue("10m") Duration timeout) {}
}
