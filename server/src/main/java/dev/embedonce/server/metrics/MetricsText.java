package dev.embedonce.server.metrics;

/** Writes Prometheus' text format, version 0.0.4. Not thread-safe. */
final class MetricsText {
    private final StringBuilder text = new StringBuilder();

    /** Begins a metric of a type: {@code counter}, {@code gauge} or {@code histogram}. */
    MetricsText metric(String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** One value; {@code labels} as {@code a="b",c="d"}, or empty. */
    MetricsText line(String name, String labels, Number value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ').append(value).append('\n');
        return this;
    }

    static String label(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + "=\"" + escaped + "\"";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
