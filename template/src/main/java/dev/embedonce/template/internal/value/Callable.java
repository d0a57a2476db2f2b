package dev.embedonce.template.internal.value;

/** A value that can be called. */
@FunctionalInterface
public interface Callable {
    /**
     * Calls it.
     *
     * @param budget of the rendering that calls
     */
    Object call(Arguments arguments, Budget budget);
}
