package dev.embedonce.lab;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.MeshCorpus;
import dev.embedonce.lab.corpus.PhotoCorpus;
import dev.embedonce.lab.data.Environment;
import dev.embedonce.lab.data.LabResults;
import dev.embedonce.lab.experiment.ArticleProgram;
import dev.embedonce.lab.experiment.AuditRow;
import dev.embedonce.lab.experiment.BatchSweep;
import dev.embedonce.lab.experiment.ChurnExperiment;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.InvalidationAudit;
import dev.embedonce.lab.experiment.LabEncoder;
import dev.embedonce.lab.experiment.PassExperiment;
import dev.embedonce.lab.experiment.PassRow;
import dev.embedonce.lab.experiment.PhashAudit;
import dev.embedonce.lab.experiment.SideBySide;
import dev.embedonce.lab.experiment.Strategy;
import dev.embedonce.lab.experiment.SweepRow;
import dev.embedonce.lab.mesh.ParametricMeshes;
import dev.embedonce.store.CacheStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;

/** One run: makes the corpus and does every experiment that an earlier run has not finished. Used once. */
final class LabRun {
    private final LabOptions options;
    private final Equipment equipment;
    private final LabEncoder encoder;
    private final RunProgress progress;
    private final Corpus corpus;
    private final WorkFolder work;

    LabRun(LabOptions options, LabListener listener, Equipment equipment, LabEncoder encoder) {
        this.options = options;
        this.equipment = equipment;
        this.encoder = encoder;
        this.progress = new RunProgress(plan(options.scale()), listener);
        this.corpus = makeCorpus();
        this.work = new WorkFolder(options.out().resolve("work"), identity(), options.fresh());
    }

    Corpus corpus() {
        return corpus;
    }

    /** The steps, in order, with the images that each encodes. */
    private static List<RunProgress.Planned> plan(Scale scale) {
        List<RunProgress.Planned> steps = new ArrayList<>();
        int all = scale.corpusImages(ParametricMeshes.categories().size());
        double changed = scale.churnImages() * scale.churn() * (scale.cycles() - 1);
        steps.add(new RunProgress.Planned("pictures", all));
        steps.add(new RunProgress.Planned("cold and warm pass", scale.passImages() * 3.5));
        for (Churn churn : Churn.values()) {
            double encoded =
                    scale.churnImages() * (scale.cycles() + 3.0) + changed * (churn == Churn.RECOMPRESSED ? 1 : 2);
            steps.add(new RunProgress.Planned("churn: " + churn.label(), encoded));
        }
        steps.add(new RunProgress.Planned("pHash audit", all));
        steps.add(new RunProgress.Planned("invalidation audit", InvalidationAudit.IMAGES * 30.0));
        steps.add(new RunProgress.Planned("batch sizes", scale.sweepImages() * BatchSweep.SIZES.size() * 1.6));
        steps.add(new RunProgress.Planned("side by side", scale.sideImages() * 2.0));
        return steps;
    }

    private Corpus makeCorpus() {
        progress.begin();
        Scale scale = options.scale();
        if (options.images().isPresent()) {
            return PhotoCorpus.read(
                    options.images().get(),
                    scale.corpusImages(ParametricMeshes.categories().size()));
        }
        String kind = options.modelNet()
                .map(folder -> "modelnet-"
                        + FramedDigest.tagged("embedonce.lab.modelnet.v1")
                                .put(
                                        "folder",
                                        folder.toAbsolutePath().normalize().toString())
                                .hexDigest()
                                .substring(0, 12))
                .orElse("parametric-1-seed-" + options.seed());
        Path folder = options.out().resolve("corpus").resolve(kind + "-views-" + scale.views());
        MeshCorpus meshes = new MeshCorpus(folder, scale.objectsPerClass(), scale.views());
        return options.modelNet().isPresent()
                ? meshes.modelNet(options.modelNet().get(), progress::at)
                : meshes.generated(options.seed(), progress::at);
    }

    /** Everything that the results depend on. */
    private String identity() {
        return String.join(
                "\n",
                "lab revision 1",
                options.scale().toString(),
                "seed " + options.seed(),
                "threads " + options.threads(),
                "python " + options.python(),
                encoder.modelVersion(),
                encoder.preprocVersion(),
                encoder.runtime(),
                corpus.digest(),
                "");
    }

    LabResults measure() {
        Scale scale = options.scale();
        Environment environment = environment();
        List<PassRow> passes = step(
                "passes",
                new TypeReference<List<PassRow>>() {},
                at -> new PassExperiment(scale.passImages(), List.of("sqlite", "duckdb"), corpus, encoder, this::store)
                        .run(at));
        List<ChurnRow> churn = new ArrayList<>();
        for (Churn kind : Churn.values()) {
            churn.addAll(step("churn-" + kind, new TypeReference<List<ChurnRow>>() {}, at -> churn(kind, at)));
        }
        PhashAudit.Result phash =
                step("phash", new TypeReference<PhashAudit.Result>() {}, at -> new PhashAudit(corpus, encoder).run(at));
        List<AuditRow> audit = step("invalidation", new TypeReference<List<AuditRow>>() {}, this::audit);
        List<SweepRow> sweep = step(
                "sweep",
                new TypeReference<List<SweepRow>>() {},
                at -> new BatchSweep(scale.sweepImages(), options.seed(), corpus, equipment::own, this::store).run(at));
        SideBySide.Result side = step("side-by-side", new TypeReference<SideBySide.Result>() {}, this::sideBySide);
        work.clearScratch();
        return new LabResults(environment, passes, churn, phash, audit, sweep, side);
    }

    private <T> T step(String name, TypeReference<T> type, Function<StepProgress, T> experiment) {
        progress.begin();
        return work.finished(name, type)
                .map(result -> {
                    progress.skip();
                    return result;
                })
                .orElseGet(() -> {
                    work.clearScratch();
                    T result = experiment.apply(progress::at);
                    work.finish(name, result);
                    progress.at(1);
                    return result;
                });
    }

    private List<ChurnRow> churn(Churn kind, StepProgress at) {
        Scale scale = options.scale();
        ChurnExperiment.Settings settings =
                new ChurnExperiment.Settings(scale.churnImages(), scale.cycles(), scale.churn(), options.seed());
        return new ChurnExperiment(settings, corpus, encoder, this::store).run(kind, EnumSet.allOf(Strategy.class), at);
    }

    private List<AuditRow> audit(StepProgress at) {
        Path scratch = work.scratch();
        try (LabEncoder other = equipment.other(scratch, 224);
                LabEncoder otherAt336 = equipment.other(scratch, 336)) {
            InvalidationAudit.Encoders all = new InvalidationAudit.Encoders(encoder, other, otherAt336);
            return new InvalidationAudit(corpus, all, this::store, scratch.resolve("pictures"), options.seed()).run(at);
        }
    }

    private SideBySide.Result sideBySide(StepProgress at) {
        ArticleProgram article =
                new ArticleProgram(options.python(), work.scratch().resolve("article"));
        return new SideBySide(options.scale().sideImages(), corpus, encoder, this::store, article).run(at);
    }

    private CacheStore store(String scheme, String name) {
        try {
            Files.createDirectories(work.scratch());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return equipment.store(scheme, work.scratch().resolve(name + "." + scheme));
    }

    private Environment environment() {
        return work.finished("environment", new TypeReference<Environment>() {}).orElseGet(() -> {
            Environment environment = new Environment(
                    Environment.now(),
                    options.scale().name(),
                    options.seed(),
                    Environment.processorName(),
                    Runtime.getRuntime().availableProcessors(),
                    Environment.machineMemoryGib(),
                    Environment.load(),
                    Environment.systemName(),
                    Environment.javaName(),
                    options.encoder(),
                    encoder.modelVersion(),
                    encoder.preprocVersion(),
                    encoder.runtime(),
                    options.threads(),
                    encoder.batchSize(),
                    corpus.description(),
                    corpus.digest());
            work.finish("environment", environment);
            return environment;
        });
    }
}
