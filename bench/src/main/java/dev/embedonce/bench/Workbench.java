package dev.embedonce.bench;

import dev.embedonce.bench.fixture.ArticleProcess;
import dev.embedonce.bench.fixture.GrowingStores;
import dev.embedonce.bench.fixture.Pictures;
import dev.embedonce.bench.measure.Rounds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What benchmarks of one run share: sizes, seed, folder, the article's class and the stores of many rows. Used by one thread. */
public final class Workbench implements AutoCloseable {
    private static final int WARM_UP = 2;

    private final Scale scale;
    private final long seed;
    private final Path folder;
    private final String python;
    private final ArticleProcess article;
    private final boolean keep;
    private @Nullable GrowingStores stores;
    private @Nullable Path lent;

    /**
     * A bench.
     *
     * @param folder for all that is written; removed at the end unless {@code keep}
     * @param python an interpreter that may have what contenders in Python need
     */
    public Workbench(Scale scale, long seed, Path folder, String python, boolean keep) {
        this.scale = scale;
        this.seed = seed;
        this.folder = folder;
        this.python = python;
        this.keep = keep;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.article = ArticleProcess.start(python, folder);
    }

    public Scale scale() {
        return scale;
    }

    public long seed() {
        return seed;
    }

    /** The rounds that a comparison takes. */
    public Rounds rounds() {
        return new Rounds(WARM_UP, scale.rounds(), scale.patience());
    }

    /** The interpreter that contenders in Python run with. */
    public String python() {
        return python;
    }

    /** The article's class; it may be missing. */
    public ArticleProcess article() {
        return article;
    }

    /** Pictures that are nowhere in the stores of many rows. */
    public Pictures pictures() {
        return Pictures.make(scale.pictures(), scale.pictureBytes(), seed);
    }

    /** The stores of many rows, which benchmarks share because filling them takes long. */
    public GrowingStores stores() {
        if (stores == null) {
            stores = new GrowingStores(scale, seed, folder.resolve("rows"), article);
        }
        return stores;
    }

    /** An empty folder of this name. The one that was asked for before is removed, unless all are kept. */
    public Path emptyFolder(String name) throws IOException {
        if (lent != null && !keep) {
            delete(lent);
        }
        lent = folder.resolve(name);
        delete(lent);
        return Files.createDirectories(lent);
    }

    /** Removes a folder and all in it. */
    public static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (stores != null) {
            stores.close();
        }
        article.close();
        if (!keep) {
            delete(folder);
        }
    }
}
