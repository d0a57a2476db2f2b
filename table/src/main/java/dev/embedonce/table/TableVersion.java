package dev.embedonce.table;

import dev.embedonce.error.CacheException;
import dev.embedonce.hash.ContentHash;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a table holds of one pair of model and preprocessing version. Thread-safe, and safe with any number of processes
 * at once: whoever publishes second does so on top of the first.
 */
public final class TableVersion {
    private static final String SNAPSHOTS = "_snapshots";

    /** For how long a run may go on that must not publish what was forgotten meanwhile. */
    private static final Duration LONGEST_RUN = Duration.ofDays(30);

    private final TableFiles files;
    private final String folder;
    private final String modelVersion;
    private final String preprocVersion;

    TableVersion(TableFiles files, String folder, String modelVersion, String preprocVersion) {
        this.files = files;
        this.folder = folder;
        this.modelVersion = modelVersion;
        this.preprocVersion = preprocVersion;
    }

    public String modelVersion() {
        return modelVersion;
    }

    public String preprocVersion() {
        return preprocVersion;
    }

    /** The path of a part below the table's folder. */
    public String path(Part part) {
        return folder + "/" + part.path();
    }

    /** The folder of these versions, below the table's. */
    public String folder() {
        return folder;
    }

    /**
     * The newest snapshot, with number 0 and without parts if there is none yet.
     *
     * @throws dev.embedonce.error.UnsupportedFormatException if it is of another format
     * @throws CacheException if it is damaged, or of other versions
     */
    public Snapshot latest() throws IOException {
        Snapshot latest = newest(files, folder).orElse(Snapshot.none(modelVersion, preprocVersion));
        if (!latest.modelVersion().equals(modelVersion)
                || !latest.preprocVersion().equals(preprocVersion)) {
            throw new CacheException("the folder " + folder + " of " + files.description() + " holds " + modelVersion
                    + ", " + preprocVersion + "; its snapshot says " + latest.modelVersion() + ", "
                    + latest.preprocVersion());
        }
        return latest;
    }

    static Optional<Snapshot> newest(TableFiles files, String folder) throws IOException {
        while (true) {
            Optional<TableFiles.Listed> newest =
                    snapshots(files, folder).stream().reduce((older, newer) -> newer);
            if (newest.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(read(files, folder, newest.get().path()));
            } catch (NoSuchFileException | FileNotFoundException e) {
                // newer ones have come, and this one has gone, since it was listed
            }
        }
    }

    /** The snapshots, oldest first. */
    private static List<TableFiles.Listed> snapshots(TableFiles files, String folder) throws IOException {
        return files.list(folder + "/" + SNAPSHOTS).stream()
                .filter(file -> file.path().matches("\\d{10,18}"))
                .sorted(Comparator.comparingLong(file -> Long.parseLong(file.path())))
                .toList();
    }

    private static Snapshot read(TableFiles files, String folder, String name) throws IOException {
        String path = folder + "/" + SNAPSHOTS + "/" + name;
        return Snapshot.parse(path + " of " + files.description(), Long.parseLong(name), files.read(path));
    }

    /** The parts of a snapshot that are not there, or not in their size: all their rows are misses. */
    public List<Part> missing(Snapshot snapshot) throws IOException {
        return missing(snapshot.parts());
    }

    private List<Part> missing(List<Part> parts) throws IOException {
        Map<String, Long> sizes = new HashMap<>();
        Set<String> listed = new HashSet<>();
        for (Part part : parts) {
            int slash = part.path().lastIndexOf('/');
            String parent = slash < 0 ? folder : folder + "/" + part.path().substring(0, slash);
            if (listed.add(parent)) {
                files.list(parent).forEach(file -> sizes.put(parent + "/" + file.path(), file.sizeBytes()));
            }
        }
        return parts.stream()
                .filter(part -> sizes.getOrDefault(path(part), -1L) != part.sizeBytes())
                .toList();
    }

    /** Says what shall change, given what the table holds. Asked again if another was faster. */
    @FunctionalInterface
    public interface Edit {
        Change against(Snapshot latest) throws IOException;
    }

    /**
     * Publishes parts.
     *
     * @param base what the table held when the misses were looked up that {@code own} answers; for the later waves of a
     *     run, with what it has published itself ({@link Snapshot#with})
     * @param own parts that are complete in the storage
     * @param rebase leaves out what others have published or forgotten since; what it returned last is what was
     *     published
     * @return the snapshot that has them
     * @throws CacheException if one of the parts is not there
     */
    public Snapshot publish(Snapshot base, List<Part> own, Rebase rebase) throws IOException {
        List<Part> left = new ArrayList<>(own);
        return update(latest -> {
            left.removeAll(latest.parts());
            List<Part> others = latest.partsSince(base.with(own));
            Set<ContentHash> forgotten = latest.forgottenSince(base);
            if (!left.isEmpty() && !(others.isEmpty() && forgotten.isEmpty())) {
                List<Part> rest = rebase.apply(List.copyOf(left), others, forgotten);
                left.clear();
                left.addAll(rest);
            }
            return new Change(Set.of(), left, Set.of());
        });
    }

    /**
     * Publishes a change of the newest snapshot, whichever that is. Nothing has changed when it throws.
     *
     * @return the newest snapshot, with the change in it
     * @throws CacheException if a part to be added is not there
     * @throws dev.embedonce.error.StoreUnavailableException if this storage cannot publish
     */
    public Snapshot update(Edit edit) throws IOException {
        files.requireAtomicCreate();
        while (true) {
            Snapshot latest = latest();
            Change change = edit.against(latest);
            if (change.isNone()) {
                return latest;
            }
            List<Part> gone = missing(change.added());
            if (!gone.isEmpty()) {
                throw new CacheException(
                        "cannot publish " + path(gone.get(0)) + ": it is not there, or not as it was written");
            }
            Snapshot next = next(latest, change, Clock.systemUTC().instant());
            files.createIfAbsent(folder + "/" + SNAPSHOTS + "/" + name(next.number()), next.toBytes());
            // Made or not: look again. Another may have been faster, and a number that was taken may have been free
            // again, if this process slept until its base was collected. Then the change is made on top of the newest,
            // where nothing is left to do if it is in there.
            Snapshot now = latest();
            if (now.equals(next)) {
                return now;
            }
        }
    }

    private static String name(long number) {
        return String.format("%010d", number);
    }

    private static Snapshot next(Snapshot latest, Change change, Instant now) {
        List<Part> parts = new ArrayList<>(latest.parts());
        if (!parts.containsAll(change.removed())) {
            throw new IllegalArgumentException("parts to be removed that are not there: " + change.removed());
        }
        parts.removeAll(change.removed());
        parts.addAll(change.added());
        parts.sort(Comparator.comparing(Part::added));
        if (parts.stream().map(Part::path).distinct().count() != parts.size()) {
            throw new IllegalArgumentException("a part is there twice: " + change.added());
        }
        List<Snapshot.Forgotten> forgotten = new ArrayList<>(latest.forgotten());
        forgotten.removeIf(one -> one.when().isBefore(now.minus(LONGEST_RUN)));
        long number = latest.number() + 1;
        change.forgotten().forEach(content -> forgotten.add(new Snapshot.Forgotten(content, number, now)));
        return new Snapshot(number, latest.modelVersion(), latest.preprocVersion(), parts, forgotten);
    }

    /**
     * Files that nobody needs, last modified before an instant that lies before the start of every run and every reader
     * that is still at work: parts that no snapshot lists which is newer or the newest, and the other snapshots. Their
     * paths are below the table's folder.
     */
    public List<TableFiles.Listed> garbage(Instant before) throws IOException {
        List<TableFiles.Listed> old = new ArrayList<>();
        Set<String> needed = new HashSet<>();
        List<TableFiles.Listed> snapshots = snapshots(files, folder);
        for (int i = 0; i < snapshots.size(); i++) {
            TableFiles.Listed file = snapshots.get(i);
            if (i == snapshots.size() - 1 || !file.modified().isBefore(before)) {
                needed.add(SNAPSHOTS + "/" + file.path());
                read(files, folder, file.path()).parts().forEach(part -> needed.add(part.path()));
            }
        }
        for (TableFiles.Listed file : files.list(folder)) {
            if (file.modified().isBefore(before) && !needed.contains(file.path())) {
                old.add(new TableFiles.Listed(folder + "/" + file.path(), file.sizeBytes(), file.modified()));
            }
        }
        return old;
    }
}
