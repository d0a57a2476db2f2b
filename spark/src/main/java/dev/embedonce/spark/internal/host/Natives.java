package dev.embedonce.spark.internal.host;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where ONNX Runtime's native libraries lie. Left alone, it unpacks 24 MB for every process, and a process that is
 * killed leaves them behind; so they are unpacked once a host, and removed by the last process that used them.
 */
final class Natives {
    private static final Logger LOG = LoggerFactory.getLogger(Natives.class);

    /** ONNX Runtime's own property: a folder to load from. */
    private static final String FOLDER = "onnxruntime.native.path";

    private Natives() {}

    /**
     * To be called once, before the runtime is first used. Does nothing if somebody else has said where the libraries
     * are, and leaves the runtime to itself where this cannot be done.
     */
    static void unpackOnceAHost() {
        String platform = platform();
        String prefix = "/ai/onnxruntime/native/" + platform + "/";
        String runtime = System.mapLibraryName("onnxruntime");
        String binding = System.mapLibraryName("onnxruntime4j_jni");
        URL library = OrtEnvironment.class.getResource(prefix + runtime);
        if (System.getProperty(FOLDER) != null || library == null) {
            return;
        }
        try {
            Path folder = HostFolder.use("onnxruntime-" + fingerprint(library), into -> {
                copy(prefix + runtime, into.resolve(runtime));
                copy(prefix + binding, into.resolve(binding));
            });
            System.setProperty(FOLDER, folder.toString());
        } catch (IOException | OverlappingFileLockException e) {
            // another class loader of this process has loaded them: a library cannot be loaded from one file twice
            LOG.warn("ONNX Runtime unpacks its libraries for this process alone: {}", e.toString());
        }
    }

    private static void copy(String resource, Path file) throws IOException {
        try (InputStream in = OrtEnvironment.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(resource + " is missing");
            }
            Files.copy(in, file);
        }
    }

    /** Names a library by what its archive knows of its content. */
    private static String fingerprint(URL library) throws IOException {
        URLConnection connection = library.openConnection();
        if (!(connection instanceof JarURLConnection jar)) {
            throw new IOException("no archive: " + library);
        }
        return String.format(
                "%08x-%d", jar.getJarEntry().getCrc(), jar.getJarEntry().getSize());
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String os = system.contains("linux") ? "linux" : system.contains("mac") ? "osx" : "win";
        String machine = System.getProperty("os.arch");
        return os + (machine.equals("aarch64") ? "-aarch64" : "-x64");
    }
}
