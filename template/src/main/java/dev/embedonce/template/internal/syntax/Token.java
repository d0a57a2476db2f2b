package dev.embedonce.template.internal.syntax;

import dev.embedonce.template.internal.value.Repr;

/**
 * A piece of a template.
 *
 * @param text the data, name, operator or unescaped string, or the digits of a number
 * @param line counted from 1
 */
record Token(Type type, String text, int line) {
    enum Type {
        DATA,
        PRINT_BEGIN,
        PRINT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Type wanted) {
        return type == wanted;
    }

    boolean isName(String name) {
        return type == Type.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return type == Type.OPERATOR && text.equals(operator);
    }

    /** The token in words, for messages. */
    String describe() {
        return switch (type) {
            case DATA -> "text";
            case PRINT_BEGIN -> "'{{'";
            case PRINT_END -> "'}}'";
            case BLOCK_BEGIN -> "'{%'";
            case BLOCK_END -> "'%}'";
            case END -> "the end of the template";
            default -> Repr.of(text);
        };
    }
}
