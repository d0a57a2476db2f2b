package dev.embedonce.template.internal.value;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Lazy iterators. */
public final class Iterators {
    private Iterators() {}

    /** Applies a function to each item. */
    public static <T> Iterator<Object> map(Iterator<T> rest, Function<T, Object> function) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rest.hasNext();
            }

            @Override
            public Object next() {
                return function.apply(rest.next());
            }
        };
    }

    /** The items that are wanted. */
    public static Iterator<Object> filter(Iterator<Object> rest, Predicate<Object> wanted) {
        return new Iterator<>() {
            private @Nullable Object found;

            @Override
            public boolean hasNext() {
                while (found == null && rest.hasNext()) {
                    Object candidate = rest.next();
                    found = wanted.test(candidate) ? candidate : null;
                }
                return found != null;
            }

            @Override
            public Object next() {
                if (!hasNext() || found == null) {
                    throw new NoSuchElementException();
                }
                Object result = found;
                found = null;
                return result;
            }
        };
    }
}
