package dev.embedonce.bench.measure;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;

/**
 * What a benchmark found.
 *
 * @param benchmark its name
 * @param title what it asks, one line
 * @param parameters sizes and counts
 * @param notes what a reader has to know: which contenders were left out and why, what was scaled
 */
@JsonIgnoreProperties(value = "reached", ignoreUnknown = true)
public record Result(
        String benchmark,
        String title,
        Map<String, Object> parameters,
        List<Row> rows,
        List<Check> checks,
        List<String> notes) {
    public Result {
        rows = List.copyOf(rows);
        checks = List.copyOf(checks);
        notes = List.copyOf(notes);
    }
}
