package dev.embedonce.template;

/** A value that can be called. */
@FunctionalInterface
interface Callable {
    /**
     * Calls it.
     *
     * @param budget of the rendering that calls
     */
    Object call(Arguments arguments, Budget budget);
}
