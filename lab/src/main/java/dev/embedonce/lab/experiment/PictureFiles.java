package dev.embedonce.lab.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Picture files with chosen modification times. */
final class PictureFiles {
    private PictureFiles() {}

    static List<Path> write(Path folder, String name, List<byte[]> images) {
        List<Path> files = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            for (int i = 0; i < images.size(); i++) {
                Path file = folder.resolve(name + "-" + i + ".png");
                Files.write(file, images.get(i));
                Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(1_000_000_000)));
                files.add(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    static List<Path> overwrite(List<Path> files, List<byte[]> images, boolean later) {
        try {
            for (int i = 0; i < files.size(); i++) {
                FileTime time = Files.getLastModifiedTime(files.get(i));
                Files.write(files.get(i), images.get(i));
                Files.setLastModifiedTime(
                        files.get(i), later ? FileTime.from(time.toInstant().plusSeconds(60)) : time);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    static List<byte[]> read(List<Path> files) {
        List<byte[]> images = new ArrayList<>();
        try {
            for (Path file : files) {
                images.add(Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return images;
    }
}
