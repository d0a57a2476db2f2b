package dev.embedonce.template.internal.value;

import java.util.Iterator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Values that can be iterated once and have no length, as most filters over sequences return. Always true. */
public record Generator(Iterator<Object> rest) implements Iterable<Object> {
    /** A generator that computes nothing, and so cannot fail, until its first item is requested. */
    public static Generator lazy(Supplier<Iterator<Object>> items) {
        return new Generator(new Iterator<>() {
            private @Nullable Iterator<Object> rest;

            private Iterator<Object> rest() {
                Iterator<Object> known = rest;
                if (known == null) {
                    known = items.get();
                    rest = known;
                }
                return known;
            }

            @Override
            public boolean hasNext() {
                return rest().hasNext();
            }

            @Override
            public Object next() {
                return rest().next();
            }
        });
    }

    @Override
    public Iterator<Object> iterator() {
        return rest;
    }
}
