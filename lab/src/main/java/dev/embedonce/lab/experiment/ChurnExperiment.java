package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.lab.base.Seeds;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The churn simulation. A pipeline embeds the same images cycle after cycle; before every cycle but the first a share
 * of them, drawn anew, is changed in one way ({@link Churn}). Every strategy is asked about the very same bytes in the
 * same cycle, one after the other in an order that rotates, so that a busy moment of the machine does not favour one.
 * Making the changed bytes and checking the answers are not part of any time.
 *
 * <p>The answers of every cycle are compared with the {@link Truth}.
 */
public final class ChurnExperiment {
    /** The kind of store that strategies keep their vectors in. */
    static final String STORE = "sqlite";

    /**
     * What is simulated.
     *
     * @param images embedded in each cycle
     * @param cycles how many, the first included
     * @param share of images changed before each later cycle
     * @param seed draws which images change and how
     */
    public record Settings(int images, int cycles, double share, long seed) {
        int changedPerCycle(int available) {
            return (int) Math.round(available * share);
        }
    }

    private final Settings settings;
    private final Corpus corpus;
    private final LabEncoder encoder;
    private final StoreOpener stores;

    public ChurnExperiment(Settings settings, Corpus corpus, LabEncoder encoder, StoreOpener stores) {
        this.settings = settings;
        this.corpus = corpus;
        this.encoder = encoder;
        this.stores = stores;
    }

    /** Simulates one kind of churn. Rows come in order of cycle, then strategy. */
    public List<ChurnRow> run(Churn churn, Set<Strategy> strategies, StepProgress progress) {
        List<Picture> originals = corpus.sampleOf(settings.images());
        List<byte[]> current =
                new ArrayList<>(originals.stream().map(Picture::encoded).toList());
        Truth truth = new Truth(encoder);
        Map<Strategy, FeatureCache> caches = new EnumMap<>(Strategy.class);
        List<ChurnRow> rows = new ArrayList<>();
        try {
            for (Strategy strategy : strategies) {
                if (strategy != Strategy.NONE) {
                    caches.put(strategy, strategy.cache(stores.open(STORE, "churn-" + churn + "-" + strategy)));
                }
            }
            for (int cycle = 0; cycle < settings.cycles(); cycle++) {
                Set<Integer> changed = cycle == 0 ? all(current.size()) : draw(churn, cycle, current.size());
                if (cycle > 0) {
                    for (int i : changed) {
                        current.set(i, churn.change(originals.get(i), corpus, cycle, settings.seed()));
                    }
                }
                rows.addAll(cycle(churn, cycle, changed.size(), List.copyOf(current), strategies, caches, truth));
                progress.at((cycle + 1.0) / settings.cycles());
            }
        } finally {
            caches.values().forEach(FeatureCache::close);
        }
        return rows;
    }

    private List<ChurnRow> cycle(
            Churn churn,
            int cycle,
            int changed,
            List<byte[]> images,
            Set<Strategy> strategies,
            Map<Strategy, FeatureCache> caches,
            Truth truth) {
        Map<Strategy, Pass> passes = new EnumMap<>(Strategy.class);
        List<Strategy> order = new ArrayList<>(strategies);
        Collections.rotate(order, -cycle);
        for (Strategy strategy : order) {
            FeatureCache cache = caches.get(strategy);
            passes.put(
                    strategy,
                    cache == null ? Pass.uncached(encoder, images) : Pass.cached(strategy, cache, encoder, images));
        }
        Pass uncached = passes.get(Strategy.NONE);
        if (uncached != null) {
            truth.learn(images, uncached.vectors());
        }
        List<ChurnRow> rows = new ArrayList<>();
        passes.forEach((strategy, pass) -> rows.add(new ChurnRow(
                churn,
                strategy,
                cycle,
                images.size(),
                changed,
                pass.hits(),
                pass.pixelHits(),
                pass.encoded(),
                truth.check(images, pass.vectors()),
                pass.phases())));
        return rows;
    }

    private static Set<Integer> all(int count) {
        Set<Integer> all = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            all.add(i);
        }
        return all;
    }

    private Set<Integer> draw(Churn churn, int cycle, int count) {
        List<Integer> indexes = new ArrayList<>(all(count));
        Collections.shuffle(indexes, Seeds.random(settings.seed(), "draw", churn, cycle));
        return new TreeSet<>(indexes.subList(0, settings.changedPerCycle(count)));
    }
}
