package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.options.ModelOptions;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.codec.Lookup;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce cache explain}. */
@Command(
        name = "explain",
        description =
                "Show an image's key, where each part comes from, and whether it would be a hit, and why. Encodes nothing.")
final class ExplainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The image.")
    private Path file = Path.of("");

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** What a look-up would find, and why. */
    private record Verdict(String answer, String reason) {}

    @Override
    public Integer call() {
        byte[] image;
        try {
            image = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CliException("cannot read " + file + ": " + Messages.oneLine(e));
        }
        try (ImageEncoder encoder = model.open(1, 1);
                CacheStore opened = store.open();
                FeatureCache cache = store.cache(opened, 0)) {
            CacheKey key = cache.keyOf(image, encoder);
            Verdict verdict = verdict(cache, key, encoder, image);
            if (json) {
                printJson(opened, key, image.length, verdict);
            } else {
                printText(opened, key, image.length, verdict);
            }
        }
        return ExitCodes.OK;
    }

    private static Verdict verdict(FeatureCache cache, CacheKey key, ImageEncoder encoder, byte[] image) {
        Optional<Lookup> found = cache.peek(key);
        if (found.isEmpty()) {
            return withoutEntry(cache, encoder, image);
        }
        Lookup lookup = found.get();
        if (lookup instanceof Lookup.Hit hit) {
            return new Verdict("hit", "an entry of these bytes, checksum fits; " + provenance(hit.entry()));
        }
        if (lookup instanceof Lookup.Link link) {
            return linkVerdict(cache, key, link.target());
        }
        if (lookup instanceof Lookup.Foreign) {
            return new Verdict(
                    "foreign", "a row of another program: served only with --trust-foreign or after an import");
        }
        Lookup.Corrupt corrupt = (Lookup.Corrupt) lookup;
        return new Verdict("miss", "the entry there is not an answer (" + corrupt.reason() + "): " + corrupt.detail());
    }

    private static Verdict linkVerdict(FeatureCache cache, CacheKey key, ContentHash target) {
        return cache.peek(key.withContentHash(target)).orElse(null) instanceof Lookup.Hit hit
                ? new Verdict("hit", "same encoder input as content " + target + "; " + provenance(hit.entry()))
                : new Verdict("miss", "linked to content " + target + ", which is no longer there");
    }

    private static Verdict withoutEntry(FeatureCache cache, ImageEncoder encoder, byte[] image) {
        try {
            Optional<ContentHash> twin = cache.findByInput(encoder.prepare(image), encoder);
            return twin.isPresent()
                    ? new Verdict(
                            "pixel-hit", "never seen these bytes, but content " + twin.get() + " gives the same pixels")
                    : new Verdict("miss", "no entry under this key: the encoder would run");
        } catch (RuntimeException e) {
            return new Verdict("failure", "cannot be decoded: " + Messages.oneLine(e));
        }
    }

    private static String provenance(Entry entry) {
        return "encoded " + entry.provenance().created() + " by "
                + entry.provenance().runtime();
    }

    private void printJson(CacheStore opened, CacheKey key, int sizeBytes, Verdict verdict) {
        ObjectNode out = CareOutput.json();
        out.put("file", file.toString());
        out.put("sizeBytes", sizeBytes);
        out.put("modelVersion", key.modelVersion());
        out.put("preprocVersion", key.preprocVersion());
        out.put("contentHash", key.contentHash().hex());
        out.put("store", opened.description());
        out.put("answer", verdict.answer());
        out.put("reason", verdict.reason());
        CareOutput.print(out);
    }

    private void printText(CacheStore opened, CacheKey key, int sizeBytes, Verdict verdict) {
        CareOutput.print("model version:         %s", key.modelVersion());
        CareOutput.print("    from the architecture and a digest of the model's content, not its name or place");
        CareOutput.print("preprocessing version: %s", key.preprocVersion());
        CareOutput.print(
                "    from everything that shapes the pixels: decoder, sizes, crop, resampling, mean, deviation");
        CareOutput.print("content hash:          %s", key.contentHash());
        CareOutput.print("    SHA-256 of the %,d bytes of %s", sizeBytes, file);
        CareOutput.print("cache:                 %s", opened.description());
        CareOutput.print("%s: %s", verdict.answer(), verdict.reason());
    }
}
