package dev.embedonce.lab.data;

import dev.embedonce.lab.experiment.AuditRow;
import dev.embedonce.lab.experiment.ChurnRow;
import dev.embedonce.lab.experiment.PassRow;
import dev.embedonce.lab.experiment.PhashAudit;
import dev.embedonce.lab.experiment.SideBySide;
import dev.embedonce.lab.experiment.SweepRow;
import java.util.List;

/** Everything that a run has measured. */
public record LabResults(
        Environment environment,
        List<PassRow> passes,
        List<ChurnRow> churn,
        PhashAudit.Result phash,
        List<AuditRow> audit,
        List<SweepRow> sweep,
        SideBySide.Result sideBySide) {
    public LabResults {
        passes = List.copyOf(passes);
        churn = List.copyOf(churn);
        audit = List.copyOf(audit);
        sweep = List.copyOf(sweep);
    }
}
