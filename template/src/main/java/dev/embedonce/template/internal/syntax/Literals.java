package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.program.Expr;
import java.util.Locale;

/** Numbers as they are written. */
final class Literals {
    private Literals() {}

    static Expr integer(Token token) {
        String digits = token.text().toLowerCase(Locale.ROOT);
        int base = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        try {
            return new Expr.Constant(Long.parseLong(base == 10 ? digits : digits.substring(2), base));
        } catch (NumberFormatException e) {
            throw new Failure("the integer " + token.text() + " does not fit into 64 bits", token.line());
        }
    }
}
