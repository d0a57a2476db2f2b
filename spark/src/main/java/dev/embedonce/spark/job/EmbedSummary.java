package dev.embedonce.spark.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run has done, counted in the files that it has written: what was tried again counts once. Immutable.
 *
 * @param images of the input
 * @param encoded contents that the encoder has run for
 * @param pixelHits contents that were answered by other bytes of the same pixels
 * @param failed images without a vector
 * @param damaged rows of the table that were found to be damaged, and encoded anew
 * @param failures some of those that failed
 * @param modelVersion of all vectors
 * @param preprocVersion of all vectors
 * @param snapshot the table's, with what this run has added; null for a store
 * @param seconds that each step took, by its name, in the order of the steps
 */
public record EmbedSummary(
        long images,
        long encoded,
        long pixelHits,
        long failed,
        long damaged,
        List<Failure> failures,
        String modelVersion,
        String preprocVersion,
        @Nullable Long snapshot,
        Map<String, Double> seconds) {

    /** A picture without a vector. */
    public record Failure(String location, String reason) {}

    public EmbedSummary {
        failures = List.copyOf(failures);
    }

    /** Images that were answered without the encoder: by the very same bytes, of another image or another run. */
    public long hits() {
        return Math.max(0, images - encoded - pixelHits - failed);
    }

    /** One line of JSON. */
    public String toJson() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("images", images)
                .put("hits", hits())
                .put("encoded", encoded)
                .put("pixelHits", pixelHits)
                .put("failed", failed)
                .put("damaged", damaged)
                .put("modelVersion", modelVersion)
                .put("preprocVersion", preprocVersion)
                .put("snapshot", snapshot);
        ObjectNode times = json.putObject("seconds");
        seconds.forEach(times::put);
        ArrayNode some = json.putArray("failures");
        failures.forEach(one -> some.addObject().put("location", one.location()).put("reason", one.reason()));
        return json.toString();
    }
}
