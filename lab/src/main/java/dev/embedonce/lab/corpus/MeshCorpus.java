package dev.embedonce.lab.corpus;

import dev.embedonce.lab.base.LabException;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.mesh.Mesh;
import dev.embedonce.lab.mesh.MeshFormatException;
import dev.embedonce.lab.mesh.ObjFormat;
import dev.embedonce.lab.mesh.OffFormat;
import dev.embedonce.lab.mesh.ParametricMeshes;
import dev.embedonce.lab.picture.Png;
import dev.embedonce.lab.render.Renderer;
import dev.embedonce.lab.render.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The article's kind of corpus: ten classes of meshes, each seen from a ring of cameras, 224 x 224 on white, as PNG.
 * Meshes and pictures are written below a folder; what an earlier run has written is read, not drawn again.
 */
public final class MeshCorpus {
    /** Width and height of the pictures. */
    public static final int SIDE = 224;

    private final Path folder;
    private final int objectsPerClass;
    private final int views;

    private record Object3D(String category, String name, Path file) {}

    /**
     * A corpus.
     *
     * @param folder where {@code meshes/} and {@code renders/} are written
     * @param objectsPerClass of each of the ten classes
     * @param views of each object
     */
    public MeshCorpus(Path folder, int objectsPerClass, int views) {
        this.folder = folder;
        this.objectsPerClass = objectsPerClass;
        this.views = views;
    }

    /**
     * Renders parametric meshes. They are written as OFF files first and read back, so that the pictures show what is
     * in the files.
     */
    public Corpus generated(long seed, StepProgress progress) {
        List<Object3D> objects = new ArrayList<>();
        for (String category : ParametricMeshes.categories()) {
            for (int number = 1; number <= objectsPerClass; number++) {
                String name = String.format(Locale.ROOT, "%s_%04d", category, number);
                Path file = folder.resolve("meshes").resolve(category).resolve(name + ".off");
                if (!Files.exists(file)) {
                    write(
                            file,
                            OffFormat.format(ParametricMeshes.mesh(category, number, seed))
                                    .getBytes(StandardCharsets.US_ASCII));
                }
                objects.add(new Object3D(category, name, file));
            }
        }
        return render("parametric meshes, seed " + seed, objects, progress);
    }

    /**
     * Renders meshes of a ModelNet40 folder: of the ten classes, the alphabetically first
     * training meshes ({@code CLASS/train/*.off}).
     *
     * @throws LabException if a class is missing, has too few meshes, or a file is broken
     */
    public Corpus modelNet(Path modelNet, StepProgress progress) {
        List<Object3D> objects = new ArrayList<>();
        for (String category : ParametricMeshes.categories()) {
            Path train = modelNet.resolve(category).resolve("train");
            if (!Files.isDirectory(train)) {
                throw new LabException(modelNet + " is not a ModelNet40 folder: " + category + "/train is missing");
            }
            List<Path> files = meshes(train);
            if (files.size() < objectsPerClass) {
                throw new LabException(train + " has " + files.size() + " meshes; " + objectsPerClass + " are needed");
            }
            for (Path file : files.subList(0, objectsPerClass)) {
                objects.add(new Object3D(category, baseName(file), file));
            }
        }
        return render("ModelNet40 meshes", objects, progress);
    }

    private static List<Path> meshes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> isMesh(file.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMesh(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".off") || lower.endsWith(".obj");
    }

    private static String baseName(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }

    private Corpus render(String kind, List<Object3D> objects, StepProgress progress) {
        Renderer renderer = new Renderer(SIDE);
        List<List<Picture>> pictures = new ArrayList<>();
        int[] done = {0};
        // objects are independent of each other; the order of the list is kept
        IntStream.range(0, objects.size())
                .parallel()
                .mapToObj(i -> {
                    List<Picture> of = views(renderer, objects.get(i));
                    synchronized (done) {
                        progress.at((double) ++done[0] / objects.size());
                    }
                    return of;
                })
                .forEachOrdered(pictures::add);
        String description = String.format(
                Locale.ROOT,
                "%,d renders of %d x %d pixels: %d classes x %d objects x %d views (%s)",
                objects.size() * views,
                SIDE,
                SIDE,
                ParametricMeshes.categories().size(),
                objectsPerClass,
                views,
                kind);
        return new Corpus(description, pictures.stream().flatMap(List::stream).toList());
    }

    private List<Picture> views(Renderer renderer, Object3D object) {
        List<Picture> pictures = new ArrayList<>(views);
        Path target = folder.resolve("renders").resolve(object.category());
        Mesh mesh = null;
        for (int view = 0; view < views; view++) {
            String name = object.name() + "_view" + view;
            Path file = target.resolve(name + ".png");
            if (!Files.exists(file)) {
                mesh = mesh == null ? read(object.file()) : mesh;
                write(file, Png.encode(renderer.render(mesh, View.onRing(view, views))));
            }
            pictures.add(new Picture(name, object.name(), object.category(), bytes(file)));
        }
        return pictures;
    }

    private static Mesh read(Path file) {
        try {
            boolean obj = file.toString().toLowerCase(Locale.ROOT).endsWith(".obj");
            return obj ? ObjFormat.read(file) : OffFormat.read(file);
        } catch (MeshFormatException e) {
            throw new LabException("broken mesh: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All or nothing: an interrupted run leaves no partial file for the next one to read. */
    private static void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            Path temporary = file.resolveSibling(file.getFileName() + ".part");
            Files.write(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
