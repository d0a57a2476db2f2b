package dev.embedonce.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.spark.testing.Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is in the bundle. */
class BundleIT {
    /** The beginnings of all its packages: a library that comes along unasked shows here. */
    private static final List<String> PACKAGES = List.of(
            "ai.onnxruntime",
            "com.github.benmanes.caffeine",
            "dev.embedonce",
            "org.apache.commons.pool2",
            "org.json",
            "org.postgresql",
            "org.sqlite",
            "redis.clients");

    @Test
    void packages_areThoseThatSparkHasNot() throws IOException {
        try (JarFile jar = new JarFile(Bundle.jar().toFile())) {
            TreeSet<String> packages = jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replaceFirst("^META-INF/versions/\\d+/", ""))
                    .map(name -> name.substring(0, Math.max(0, name.lastIndexOf('/')))
                            .replace('/', '.'))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(packages)
                    .allMatch(name ->
                            PACKAGES.stream().anyMatch(known -> name.equals(known) || name.startsWith(known + ".")));
            assertThat(packages).contains("dev.embedonce.spark.shaded.hikari", "dev.embedonce.table");
        }
    }

    @Test
    void services_areThoseOfAllModules() throws IOException {
        assertThat(text("META-INF/services/dev.embedonce.store.StoreProvider").lines())
                .anyMatch(line -> line.contains("Postgres"))
                .anyMatch(line -> line.contains("Redis"))
                .anyMatch(line -> line.contains("Sqlite"))
                .anyMatch(line -> line.contains("Files"));
        assertThat(text("META-INF/services/org.apache.spark.sql.sources.DataSourceRegister")
                        .strip())
                .isEqualTo(EmbedSource.class.getName());
    }

    private static String text(String name) throws IOException {
        try (JarFile jar = new JarFile(Bundle.jar().toFile())) {
            return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
