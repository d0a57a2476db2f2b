package dev.embedonce.springboot;

import dev.embedonce.error.CacheException;
import java.util.function.Supplier;
import org.springframework.beans.FatalBeanException;

/** A property of ours whose value cannot be used. The message is one line that names it, without secrets. */
public final class EmbedOncePropertyException extends FatalBeanException {
    private static final long serialVersionUID = 1L;

    private final String action;

    private EmbedOncePropertyException(String property, String action, RuntimeException cause) {
        super(property + ": " + cause.getMessage(), cause);
        this.action = action;
    }

    /**
     * Makes a bean of what a property says.
     *
     * @param property its name, or that of its group
     * @param action what to do if it cannot be used, a sentence
     * @throws EmbedOncePropertyException if it cannot be used
     */
    static <T> T from(String property, String action, Supplier<T> bean) {
        try {
            return bean.get();
        } catch (CacheException | IllegalArgumentException e) {
            throw new EmbedOncePropertyException(property, action, e);
        }
    }

    String action() {
        return action;
    }
}
