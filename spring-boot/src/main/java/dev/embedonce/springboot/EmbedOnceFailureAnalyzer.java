package dev.embedonce.springboot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in one line which property of ours keeps an application from starting. */
final class EmbedOnceFailureAnalyzer extends AbstractFailureAnalyzer<EmbedOncePropertyException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, EmbedOncePropertyException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }
}
