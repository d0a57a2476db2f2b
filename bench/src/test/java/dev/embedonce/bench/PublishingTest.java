package dev.embedonce.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What the POMs say to those who use the modules. */
class PublishingTest {
    private static final Path ROOT = Path.of("..");

    /** A POM, asked by XPath. */
    private record Pom(Document document) {
        static Pom of(String module) throws Exception {
            Path file = ROOT.resolve(module).resolve("pom.xml");
            return new Pom(
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile()));
        }

        List<String> all(String path) throws Exception {
            XPath xpath = XPathFactory.newInstance().newXPath();
            NodeList nodes = (NodeList) xpath.evaluate(path, document, XPathConstants.NODESET);
            return IntStream.range(0, nodes.getLength())
                    .mapToObj(i -> nodes.item(i).getTextContent())
                    .toList();
        }

        String one(String path) throws Exception {
            assertThat(all(path)).as(path).hasSize(1);
            return all(path).get(0);
        }
    }

    static List<String> modules() throws Exception {
        List<String> modules = new ArrayList<>(Pom.of("").all("/project/modules/module"));
        modules.remove("bom");
        return modules;
    }

    private static List<Pom> published() throws Exception {
        List<Pom> published = new ArrayList<>();
        for (String module : modules()) {
            Pom pom = Pom.of(module);
            if (!pom.all("/project/properties/maven.deploy.skip").equals(List.of("true"))) {
                published.add(pom);
            }
        }
        return published;
    }

    @ParameterizedTest
    @MethodSource("modules")
    void module_saysWhatItIs_andLeavesVersionsToTheParent(String module) throws Exception {
        Pom pom = Pom.of(module);

        assertThat(pom.one("/project/artifactId")).startsWith("embedonce-");
        assertThat(pom.one("/project/name")).startsWith("EmbedOnce ");
        assertThat(pom.one("/project/description")).isNotBlank();
        assertThat(pom.one("/project/properties/module.name")).startsWith("dev.embedonce.");
        assertThat(pom.all("/project/properties/*[contains(name(), '.version')][not(starts-with(., '${'))]"))
                .as("versions")
                .isEmpty();
        assertThat(pom.all("//version[not(parent::parent)]"))
                .as("versions")
                .allMatch(version -> version.startsWith("${") && version.endsWith(".version}"));
    }

    @Test
    void modules_haveNamesOfTheirOwn() throws Exception {
        List<String> names = new ArrayList<>();
        for (String module : modules()) {
            names.add(Pom.of(module).one("/project/properties/module.name"));
        }
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void bom_listsWhatIsPublished_inTheParentsVersion() throws Exception {
        List<String> published = new ArrayList<>();
        for (Pom pom : published()) {
            published.add(pom.one("/project/artifactId"));
        }
        Pom bom = Pom.of("bom");
        assertThat(bom.all("/project/dependencyManagement//artifactId")).containsExactlyInAnyOrderElementsOf(published);
        assertThat(bom.one("/project/version")).isEqualTo(Pom.of("").one("/project/version"));
    }

    /** Licence, addresses and authors stand twice, since the BOM has no parent. */
    @Test
    void bom_saysOfItselfWhatTheParentSays() throws Exception {
        for (String part : List.of("licenses", "developers", "scm", "url", "inceptionYear")) {
            assertThat(Pom.of("bom").one("/project/" + part))
                    .as(part)
                    .isEqualTo(Pom.of("").one("/project/" + part));
        }
    }

    /** A published jar whose library is not published could be used by nobody. */
    @Test
    void published_dependsOnPublishedOnly() throws Exception {
        List<String> published = Pom.of("bom").all("/project/dependencyManagement//artifactId");
        for (Pom pom : published()) {
            assertThat(pom.all(
                            "/project/dependencies/dependency[groupId='dev.embedonce'][not(scope='test')]/artifactId"))
                    .as(pom.one("/project/artifactId"))
                    .isSubsetOf(published);
        }
    }

    @Test
    void examples_useThisVersion() throws Exception {
        String version = Pom.of("").one("/project/version");
        List<String> examples = Pom.of("examples").all("/project/modules/module");

        assertThat(examples).contains("embed-and-search");
        for (String example : examples) {
            assertThat(Pom.of("examples/" + example).one("/project/properties/embedonce.version"))
                    .as(example)
                    .isEqualTo(version);
        }
    }

    @Test
    void baseline_leavesOutWhatIsExperimental() throws Exception {
        Set<String> leftOut =
                new TreeSet<>(Pom.of("").all("//exclude[starts-with(., 'dev.embedonce.') and not(contains(., '*'))]"));
        assertThat(leftOut).isEqualTo(experimentalPackages());
    }

    private static Set<String> experimentalPackages() throws Exception {
        Set<String> names = new TreeSet<>();
        for (String module : modules()) {
            Path sources = ROOT.resolve(module).resolve("src/main/java");
            try (Stream<Path> files = Files.exists(sources) ? Files.walk(sources) : Stream.empty()) {
                names.addAll(files.filter(file -> file.endsWith("package-info.java") && isExperimental(file))
                        .map(file ->
                                sources.relativize(file.getParent()).toString().replace('\\', '/'))
                        .map(name -> name.replace('/', '.'))
                        .collect(Collectors.toSet()));
            }
        }
        return names;
    }

    private static boolean isExperimental(Path packageInfo) {
        try {
            return Files.readAllLines(packageInfo).contains("@Experimental");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
