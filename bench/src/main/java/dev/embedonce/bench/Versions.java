package dev.embedonce.bench;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Versions of the libraries that are measured, read off the names of their jars. */
final class Versions {
    private static final Pattern JAR =
            Pattern.compile("(sqlite-jdbc|duckdb_jdbc|onnxruntime|caffeine)-(\\d[^/\\\\]*)\\.jar");

    private Versions() {}

    static Map<String, String> ofLibraries() {
        Map<String, String> versions = new TreeMap<>();
        Matcher jars = JAR.matcher(System.getProperty("java.class.path", ""));
        while (jars.find()) {
            versions.put(jars.group(1), jars.group(2));
        }
        return versions;
    }
}
