package dev.embedonce.template;

/** A filter, test or method that this package offers. */
@FunctionalInterface
interface Builtin {
    /**
     * Applies it.
     *
     * @param subject the value that is filtered or tested, or whose method this is
     */
    Object apply(Object subject, Arguments arguments, Render render);

    /** What a built-in with named parameters does. */
    @FunctionalInterface
    interface Body {
        Object apply(Object subject, Bound arguments);
    }

    /** The built-in as a method of one value. */
    default Callable of(Object subject) {
        return (arguments, render) -> apply(subject, arguments, render);
    }
}
