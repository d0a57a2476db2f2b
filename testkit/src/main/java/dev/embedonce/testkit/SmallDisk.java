package dev.embedonce.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system of a few megabytes that can be filled up or made read-only: a tmpfs. Mounting one needs permission (on
 * Linux, root with CAP_SYS_ADMIN); a test without it is skipped with a reason. Not thread-safe; {@link #close} unmounts
 * it.
 */
public final class SmallDisk implements AutoCloseable {
    private static final int CAP_SYS_ADMIN = 21;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /**
     * Mounts a disk of {@code sizeBytes} on {@code folder}, or skips the test if this process may not. If it may and
     * mounting fails nevertheless, the test is skipped too, but fails where the environment has {@code CI=true}.
     */
    public static SmallDisk mount(Path folder, long sizeBytes) throws IOException {
        Assumptions.assumeTrue(mayMount(), "mounting a small disk takes CAP_SYS_ADMIN");
        String failure = run("mount", "-t", "tmpfs", "-o", "size=" + sizeBytes, "tmpfs", folder.toString());
        if (!failure.isEmpty()) {
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail("cannot mount a small disk: " + failure);
            }
            Assumptions.abort("cannot mount a small disk: " + failure);
        }
        return new SmallDisk(folder);
    }

    private static boolean mayMount() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("CapEff:")) {
                long capabilities = Long.parseUnsignedLong(
                        line.substring("CapEff:".length()).strip(), 16);
                return (capabilities >> CAP_SYS_ADMIN & 1) == 1;
            }
        }
        return false;
    }

    /** Where it is mounted. */
    public Path folder() {
        return folder;
    }

    /** Bytes still free. */
    public long freeBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    /** Makes the whole file system refuse writes, or accept them again. Fails while a file is open for writing. */
    public void setReadOnly(boolean readOnly) throws IOException {
        String failure = run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", folder.toString());
        if (!failure.isEmpty()) {
            throw new IOException("cannot remount " + folder + ": " + failure);
        }
    }

    @Override
    public void close() throws IOException {
        String failure = run("umount", "-l", folder.toString());
        if (!failure.isEmpty()) {
            throw new IOException("cannot unmount " + folder + ": " + failure);
        }
    }

    /** Runs a command; its output if it failed, otherwise the empty string. */
    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return command[0] + " did not end";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return command[0] + " was interrupted";
        }
        return process.exitValue() == 0 ? "" : command[0] + ": " + output.strip();
    }
}
