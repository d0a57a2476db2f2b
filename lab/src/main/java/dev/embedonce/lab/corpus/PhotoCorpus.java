package dev.embedonce.lab.corpus;

import dev.embedonce.hash.ContentHasher;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.lab.base.LabException;
import dev.embedonce.lab.picture.Jpeg;
import dev.embedonce.lab.picture.Png;
import dev.embedonce.lab.picture.RgbPicture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of photos as a corpus: every JPEG and PNG below it that can be decoded, each an object of its own, of the
 * class that its folder is called. Files with the same bytes are taken once.
 */
public final class PhotoCorpus {
    private static final ContentHasher HASHER = ContentHasher.sha256();

    private PhotoCorpus() {}

    /**
     * Reads a folder.
     *
     * @param limit the most photos; of more, that many are taken, evenly spaced in the order of their names
     * @throws LabException if there are fewer than two photos
     */
    public static Corpus read(Path folder, int limit) {
        List<Path> files = files(folder);
        List<Picture> pictures = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int wanted = Math.min(limit, files.size());
        for (int i = 0; i < wanted; i++) {
            Path file = files.get((int) ((long) i * files.size() / wanted));
            byte[] bytes = bytes(file);
            if (seen.add(HASHER.hash(bytes).hex()) && usable(bytes)) {
                String name = folder.relativize(file).toString();
                Path parent = file.toAbsolutePath().getParent();
                pictures.add(new Picture(
                        name, name, parent == null ? "" : parent.getFileName().toString(), bytes));
            }
        }
        if (pictures.size() < 2) {
            throw new LabException(
                    folder + " has " + pictures.size() + " usable JPEG or PNG pictures; at least 2 are needed");
        }
        return new Corpus(
                String.format(Locale.ROOT, "%,d photos of %s", pictures.size(), folder.getFileName()), pictures);
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new LabException("no such folder: " + folder);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|png)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean usable(byte[] bytes) {
        try {
            RgbPicture.decode(bytes);
            return Png.isPng(bytes) || Jpeg.isJpeg(bytes);
        } catch (ImageException e) {
            return false;
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
