package dev.embedonce.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.key.CacheKey;
import java.io.File;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This module as modular programs see it. The tests themselves run on the class path. */
class ModuleTest {
    private static final String PROGRAM = """
            package program;

            import dev.embedonce.cache.EmbeddingCache;
            import dev.embedonce.store.Stores;
            import dev.embedonce.value.Embedding;

            public final class Main implements java.util.concurrent.Callable<Long> {
                @Override
                public Long call() {
                    try (EmbeddingCache cache = new EmbeddingCache(Stores.open("memory:"))) {
                        for (int i = 0; i < 2; i++) {
                            cache.getOrCompute(new byte[] {1}, "model@1", "pixels@1", bytes -> new float[] {1, 2});
                        }
                        return cache.features().stats().encoded();
                    }
                }
            }
            """;

    @TempDir
    Path folder;

    private static Path classes() throws Exception {
        return Path.of(CacheKey.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private static ModuleDescriptor descriptor() throws Exception {
        try (InputStream in = Files.newInputStream(classes().resolve("module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }

    private static Set<String> packages() throws Exception {
        Path root = classes();
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".class") && !root.equals(file.getParent()))
                    .map(file -> root.relativize(file.getParent()).toString().replace(File.separatorChar, '.'))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void descriptor_exportsEveryPackageToAll_butInternalOnes() throws Exception {
        ModuleDescriptor module = descriptor();
        assertThat(module.name()).isEqualTo("dev.embedonce.core");
        assertThat(module.isOpen()).isFalse();
        assertThat(module.opens()).isEmpty();
        assertThat(module.exports()).noneMatch(ModuleDescriptor.Exports::isQualified);
        assertThat(module.exports().stream().map(ModuleDescriptor.Exports::source))
                .containsExactlyInAnyOrderElementsOf(packages().stream()
                        .filter(name -> !name.contains(".internal"))
                        .toList());
    }

    @Test
    void descriptor_namesWhatServiceLoaderFindsOnTheClassPath() throws Exception {
        try (InputStream in = Files.newInputStream(
                classes().resolve("META-INF/services").resolve("dev.embedonce.store.StoreProvider"))) {
            List<String> onTheClassPath = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(descriptor().provides())
                    .singleElement()
                    .satisfies(provides -> assertThat(provides.providers()).isEqualTo(onTheClassPath));
        }
        assertThat(descriptor().uses()).containsExactly("dev.embedonce.store.StoreProvider");
    }

    /** A module that requires this one alone is compiled, and runs in a layer of its own. */
    @Test
    void aModularProgram_isCompiledAndRuns() throws Exception {
        Path sources = Files.createDirectories(folder.resolve("sources/program"));
        Path main = Files.writeString(sources.resolve("Main.java"), PROGRAM);
        Path info = Files.writeString(
                sources.resolveSibling("module-info.java"),
                "module program { requires dev.embedonce.core; exports program; }");
        Path compiled = folder.resolve("program");
        List<Path> modulePath = Stream.concat(Stream.of(classes()), libraries()).toList();
        StringWriter messages = new StringWriter();
        boolean done = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        messages,
                        null,
                        null,
                        List.of(
                                "-proc:none",
                                "--module-path",
                                modulePath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                                "-d",
                                compiled.toString()),
                        null,
                        ToolProvider.getSystemJavaCompiler()
                                .getStandardFileManager(null, null, null)
                                .getJavaFileObjects(info, main))
                .call();
        assertThat(done).as(messages.toString()).isTrue();

        List<Path> path = new ArrayList<>(modulePath);
        path.add(compiled);
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration()
                .resolveAndBind(ModuleFinder.of(path.toArray(Path[]::new)), ModuleFinder.of(), Set.of("program"));
        ModuleLayer layer = boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
        ClassLoader loader = layer.findLoader("program");
        Class<?> program = loader.loadClass("program.Main");
        assertThat(program.getModule().getName()).isEqualTo("program");
        var call = (Callable<?>) program.getConstructor().newInstance();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader); // where ServiceLoader looks
        try {
            assertThat(call.call()).as("runs of the encoder").isEqualTo(1L);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** The libraries that this module requires, from the class path of the tests. */
    private static Stream<Path> libraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(file -> file.getFileName()
                        .toString()
                        .matches("(caffeine|jspecify|slf4j-api|slf4j-nop|jackson-core)-.*\\.jar"));
    }
}
