package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the distribution contains, compared with what the project says that it contains. */
class ShippedLibrariesIT {
    private static final Path TARGET = Path.of(System.getenv().getOrDefault("EMBEDONCE_TARGET", "target"));
    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d.*)\\.jar");

    /** A row of the table in NOTICE: the library's file name without its version, and a licence. */
    private static final Pattern ROW = Pattern.compile("^  ([A-Za-z][\\w.-]*) {2,}\\S.*");

    @Test
    void notice_namesEachShippedLibraryAndNoOther() throws Exception {
        assertThat(namedInNotice()).isEqualTo(shipped());
    }

    @Test
    void sbom_listsEachShippedLibrary() throws Exception {
        Path sbom = TARGET.resolve("embedonce-sbom.json");
        assumeTrue(Files.exists(sbom) || !TARGET.endsWith("quick"), "a quick build makes no SBOM");

        Set<String> listed = new TreeSet<>();
        for (JsonNode component : new ObjectMapper().readTree(sbom.toFile()).get("components")) {
            listed.add(component.get("name").textValue());
        }
        listed.removeIf(name -> name.startsWith("embedonce-"));
        assertThat(listed).isEqualTo(shipped());
    }

    private static Set<String> namedInNotice() throws IOException {
        return Files.readAllLines(Launcher.ROOT.resolve("NOTICE")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The libraries of others in the distribution, without their versions. */
    private static Set<String> shipped() throws IOException {
        try (Stream<Path> jars = Files.list(TARGET.resolve("lib"))) {
            return jars.map(jar -> JAR.matcher(jar.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(jar -> jar.group(1))
                    .filter(name -> !name.startsWith("embedonce-"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
