package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.ArticleProcess;
import dev.embedonce.bench.fixture.GrowingStores;
import dev.embedonce.bench.fixture.Hashing;
import dev.embedonce.bench.fixture.Known;
import dev.embedonce.bench.fixture.WarmCache;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import java.util.ArrayList;
import java.util.List;

/** A warm pass in stores of very many rows. */
final class ManyRows implements Benchmark {
    private static final String SQLITE = "sqlite, heap tier off";
    private static final String DUCKDB = "duckdb, heap tier off";
    private static final String ARTICLE = "article's class";
    private static final String INDEXED = "article's class with an index";

    /** The article's class takes about 20 ms for each. */
    private static final String BY_DEFAULT = "sqlite, default settings";

    private static final int ARTICLE_LOOKUPS = 16;

    @Override
    public String name() {
        return "rows";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        GrowingStores stores = bench.stores();
        Known known = stores.full();
        int pictures = known.pictures().count();
        Findings findings = new Findings(name(), "The same in stores of very many rows")
                .parameter("rows", bench.scale().rows())
                .parameter("pictures", pictures)
                .parameter("pictureBytes", bench.scale().pictureBytes());
        ArticleProcess article = bench.article();
        try (WarmCache sqlite = WarmCache.storeOnly(stores.url("sqlite"), known);
                WarmCache byDefault = WarmCache.withDefaults(stores.url("sqlite"), known);
                WarmCache duckdb = WarmCache.storeOnly(stores.url("duckdb"), known)) {
            List<Contender> contenders = new ArrayList<>(List.of(
                    Hashing.contender(known.pictures()),
                    sqlite.together(SQLITE),
                    sqlite.singly(SQLITE + ", one by one"),
                    byDefault.together(BY_DEFAULT),
                    duckdb.together(DUCKDB)));
            if (article.present()) {
                int lookups = Math.min(pictures, ARTICLE_LOOKUPS);
                article.load(known);
                article.open("rows", stores.articleFile(), false);
                article.open("rows-indexed", stores.indexedFile(), true);
                contenders.add(article.warm(ARTICLE, "rows", lookups));
                contenders.add(article.warm(INDEXED, "rows-indexed", lookups));
                findings.note("The article's class does " + lookups + " look-ups in a round and the others " + pictures
                        + "; all are given for one picture.");
            } else {
                findings.note(
                        "The article's class took no part: " + article.missing().orElse("") + ".");
            }
            Measured measured = bench.rounds().run(contenders);
            findings.compare("us a picture", Hashing.NAME, measured)
                    .atMostTimes(1.6, measured, SQLITE, Hashing.NAME)
                    .atLeastTimes(400, measured, ARTICLE, SQLITE)
                    .atLeastTimes(25, measured, INDEXED, SQLITE)
                    .atLeastTimes(25, measured, INDEXED, BY_DEFAULT)
                    .atMostTimes(6, measured, DUCKDB, Hashing.NAME);
        } finally {
            if (article.present()) {
                article.close("rows");
                article.close("rows-indexed");
            }
        }
        return findings.result();
    }
}
