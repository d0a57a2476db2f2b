package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.care.DriftAudit;
import dev.embedonce.cli.input.ImageInput;
import dev.embedonce.cli.options.ModelOptions;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce cache audit}. */
@Command(
        name = "audit",
        description = {
            "Encode a sample of images anew and compare with what the cache says.",
            "Needs the images: a cache keeps hashes, not pictures. Exits with status 1 if a vector drifted.",
            "Changes nothing."
        })
final class AuditCommand implements Callable<Integer> {
    private static final int LISTED = 20;

    @Parameters(
            arity = "1..*",
            paramLabel = "INPUT",
            description = "Folders, files, globs, tables, or - for a list of files.")
    private List<String> inputs = List.of();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(
            names = {"--sample", "--recompute"},
            paramLabel = "SHARE",
            defaultValue = "2%",
            description = "The share of the images to encode, chosen at random. Default: ${DEFAULT-VALUE}.")
    private String sample = "2%";

    @Option(names = "--seed", paramLabel = "N", description = "Choose the same sample again.")
    private @Nullable Long seed;

    @Option(
            names = "--tolerance",
            paramLabel = "D",
            defaultValue = "1e-4",
            description = "The largest cosine distance that is no drift. Default: ${DEFAULT-VALUE}.")
    private double tolerance = 1e-4;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    private final List<String> drifted = new ArrayList<>();
    private long notCached;
    private long failed;

    @Override
    public Integer call() throws IOException {
        double share = VerifyCommand.share(sample);
        Random random = seed == null ? new Random() : new Random(seed);
        DriftAudit audit = new DriftAudit(tolerance);
        long maxBytes = StoreUrl.parseBytes("the largest file", "256MB");
        ImageInput input = ImageInput.of(inputs, null, System.in);
        try (ImageEncoder encoder = model.open(1, 1);
                CacheStore opened = store.open();
                FeatureCache cache = store.cache(opened, 0);
                ImageStream images = input.open()) {
            for (ImageItem item = images.next(); item != null; item = images.next()) {
                if (random.nextDouble() < share) {
                    compare(item, maxBytes, encoder, cache, audit);
                }
            }
        }
        print(audit);
        return audit.drifted() > 0 ? ExitCodes.FOUND_PROBLEMS : ExitCodes.OK;
    }

    private void compare(ImageItem item, long maxBytes, ImageEncoder encoder, FeatureCache cache, DriftAudit audit) {
        try {
            byte[] image = item.read(maxBytes);
            Optional<Entry> kept = cache.get(cache.keyOf(image, encoder));
            if (kept.isEmpty()) {
                notCached++;
            } else if (!audit.compare(kept.get().embedding(), encoder.embed(image))) {
                drifted.add(item.path());
            }
        } catch (IOException | RuntimeException e) {
            failed++;
            System.err.println("not audited: " + item.path() + ": " + Messages.oneLine(e));
        }
    }

    private void print(DriftAudit audit) {
        if (json) {
            ObjectNode out = CareOutput.json();
            out.put("compared", audit.compared());
            out.put("bitEqual", audit.bitEqual());
            out.put("drifted", audit.drifted());
            out.put("worstCosineDistance", audit.worst());
            out.put("tolerance", tolerance);
            out.put("notCached", notCached);
            out.put("failed", failed);
            drifted.forEach(out.putArray("driftedPaths")::add);
            CareOutput.print(out);
            return;
        }
        CareOutput.print(
                "%,d compared: %,d bit-equal, %,d drifted beyond %s (largest cosine distance %.2e); %,d not in the cache, %,d failed",
                audit.compared(), audit.bitEqual(), audit.drifted(), tolerance, audit.worst(), notCached, failed);
        drifted.stream().limit(LISTED).forEach(path -> CareOutput.print("drifted: %s", path));
    }
}
