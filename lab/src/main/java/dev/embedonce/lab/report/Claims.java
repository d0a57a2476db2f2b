package dev.embedonce.lab.report;

import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.experiment.AuditRow;
import dev.embedonce.lab.experiment.SideBySide;
import dev.embedonce.lab.experiment.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The claims of the report, confirmed or denied by the results alone. */
final class Claims {
    /**
     * A claim and its verdict.
     *
     * @param holds whether this run confirms it
     * @param evidence the numbers
     */
    record Claim(boolean holds, String sentence, String evidence) {}

    private final Findings findings;
    private final int cycles;

    Claims(Findings findings) {
        this.findings = findings;
        this.cycles = findings.churn(Churn.RECOMPRESSED, Strategy.NONE).rows().size();
    }

    List<Claim> all() {
        List<Claim> claims = new ArrayList<>();
        claims.add(oursNeverWrong());
        claims.add(phashWrong());
        claims.add(mostOfPhashHits());
        claims.add(warm());
        claims.add(breakEven());
        claims.add(saved());
        claims.add(damaged());
        claims.add(forged());
        claims.add(sideBySide());
        return claims;
    }

    private Claim oursNeverWrong() {
        long wrong = findings.wrong(Strategy.OURS);
        return new Claim(
                wrong == 0,
                "SHA-256 + pixels never answers wrongly.",
                Words.plural(wrong, "wrong answer", "wrong answers") + " among "
                        + Words.count(findings.answers(Strategy.OURS))
                        + ": each was compared with the encoder's own vector for these very bytes, bit for bit.");
    }

    private Claim phashWrong() {
        long wrong = findings.wrong(Strategy.PHASH);
        long answers = findings.answers(Strategy.PHASH);
        return new Claim(
                wrong > 0,
                "pHash as a key answers wrongly without a word.",
                Words.plural(wrong, "wrong answer", "wrong answers") + " among " + Words.count(answers) + " ("
                        + Words.percent((double) wrong / answers) + "); "
                        + Words.count(findings.misdirected(Strategy.PHASH))
                        + " of them point elsewhere (cosine below 0.999).");
    }

    private Claim mostOfPhashHits() {
        double share = findings.shareOfPhashHits(Churn.RECOMPRESSED);
        return new Claim(
                share > 0.9,
                "Where only the file has changed and not the pixels, ours saves nearly what pHash saves.",
                Words.percent(share)
                        + " of the encodings that pHash saves. Under the other three kinds of churn pHash saved "
                        + Words.count(findings.encodedUnderNewPixels(Strategy.OURS)
                                - findings.encodedUnderNewPixels(Strategy.PHASH))
                        + " encodings more than ours, and gave "
                        + Words.plural(findings.wrongUnderNewPixels(Strategy.PHASH), "wrong answer", "wrong answers")
                        + ".");
    }

    private Claim warm() {
        double sqlite = findings.warmSpeedUp("sqlite");
        double duckdb = findings.warmSpeedUp("duckdb");
        return new Claim(
                Math.min(sqlite, duckdb) > 1,
                "A warm pass is many times as fast as a cold one.",
                Words.times(sqlite) + " over SQLite, " + Words.times(duckdb)
                        + " over DuckDB (article: 19.18\u00d7 over DuckDB)."
                        + " The cold pass pays " + Words.percent(findings.coldOverhead("sqlite")) + " (SQLite) or "
                        + Words.percent(findings.coldOverhead("duckdb"))
                        + " (DuckDB) for hashing, looking up and storing"
                        + " (article: 124 %).");
    }

    private Claim breakEven() {
        OptionalInt encoder = findings.breakEven(Churn.RECOMPRESSED, Strategy.OURS, Findings.ENCODER);
        OptionalInt wall = findings.breakEven(Churn.RECOMPRESSED, Strategy.OURS, Findings.WALL);
        return new Claim(
                encoder.orElse(Integer.MAX_VALUE) <= 2 && wall.orElse(Integer.MAX_VALUE) <= 2,
                "The cache has paid for itself by the end of the second cycle, in encoder time and in wall time.",
                "Encoder time: " + Words.cycle(encoder) + ", wall time: " + Words.cycle(wall)
                        + " (article: 2 and 4). Cycle 1 is the one in which nothing is known yet; a break-even in cycle 1 is"
                        + " noise of the machine, since that cycle encodes everything either way.");
    }

    private Claim saved() {
        double sha = findings.saved(Churn.RECOMPRESSED, Strategy.SHA);
        double ours = findings.saved(Churn.RECOMPRESSED, Strategy.OURS);
        return new Claim(
                sha > 0 && ours >= sha,
                "Over " + cycles + " cycles most of the encoder's time is saved.",
                "SHA-256 " + Words.percent(sha) + ", ours " + Words.percent(ours)
                        + " of the encoder time where files are only saved"
                        + " again; as a count of encodings, "
                        + Words.percent(findings.encodingsSaved(Churn.RECOMPRESSED, Strategy.SHA))
                        + " and " + Words.percent(findings.encodingsSaved(Churn.RECOMPRESSED, Strategy.OURS))
                        + " (article: 77 % in 30 cycles).");
    }

    private Claim damaged() {
        AuditRow zeros = findings.audit("vector overwritten");
        AuditRow swapped = findings.audit("rows swapped");
        return new Claim(
                zeros.noticed() == zeros.images() && zeros.wrong() == 0 && swapped.noticed() == swapped.images(),
                "The gap in the article's last audit row is closed: an overwritten vector is noticed.",
                zeros.noticed() + " of " + zeros.images() + " overwritten vectors and " + swapped.noticed() + " of "
                        + swapped.images() + " swapped rows became misses at the next look-up and were encoded anew;"
                        + " wrong answers: " + (zeros.wrong() + swapped.wrong()) + ".");
    }

    private Claim forged() {
        AuditRow open = findings.audit("vector and checksum forged, cache without");
        AuditRow sealed = findings.audit("vector and checksum forged, sealed");
        return new Claim(
                sealed.noticed() == sealed.images() && open.noticed() == 0,
                "A checksum proves that nothing was damaged; who wrote it, only a seal proves.",
                "Forged with a fitting checksum, " + open.noticed() + " of " + open.images()
                        + " were noticed without a seal and " + sealed.noticed() + " of " + sealed.images()
                        + " with one (--seal-key, HMAC-SHA256).");
    }

    private Claim sideBySide() {
        SideBySide.Result side = findings.results().sideBySide();
        String skipped = side.skipped();
        if (skipped != null) {
            return new Claim(
                    false,
                    "Asked for all images at once, the cache itself costs less than the article's class over the same table.",
                    "Not compared: " + skipped + ".");
        }
        double cold = ratio(side, "cold", "duckdb", "all at once");
        double warm = ratio(side, "warm", "duckdb", "all at once");
        return new Claim(
                Math.min(cold, warm) > 1,
                "Asked for all images at once, the cache itself costs less than the article's class over the same table.",
                "In the same run the article's class took " + Words.times(cold) + " (cold) and " + Words.times(warm)
                        + " (warm) the time of ours over DuckDB. Asked one by one, which is its only way: "
                        + Words.times(ratio(side, "cold", "duckdb", "one by one")) + " and "
                        + Words.times(ratio(side, "warm", "duckdb", "one by one")) + " over DuckDB, "
                        + Words.times(ratio(side, "cold", "sqlite", "one by one")) + " and "
                        + Words.times(ratio(side, "warm", "sqlite", "one by one"))
                        + " over SQLite, our default. Below 1, ours is the slower one.");
    }

    private static double ratio(SideBySide.Result side, String pass, String store, String call) {
        return side.ratio(pass, store, call).orElse(0.0);
    }
}
