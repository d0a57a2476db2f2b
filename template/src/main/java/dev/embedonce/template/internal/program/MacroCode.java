package dev.embedonce.template.internal.program;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A macro as it is written.
 *
 * @param defaults of each parameter, empty for those that have none
 * @param special which of {@code caller}, {@code varargs} and {@code kwargs} the body mentions: only those it accepts
 */
public record MacroCode(
        String name, List<String> parameters, List<Optional<Expr>> defaults, Set<String> special, List<Stmt> body) {}
