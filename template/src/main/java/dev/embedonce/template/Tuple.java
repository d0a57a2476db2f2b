package dev.embedonce.template;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tuple. One that {@code groupby} makes has its two parts as attributes too. */
record Tuple(List<Object> items, boolean group) implements Iterable<Object>, Sized, HasAttributes {
    static Tuple of(Object... items) {
        return new Tuple(Arrays.asList(items), false);
    }

    static Tuple of(List<Object> items) {
        return new Tuple(items, false);
    }

    static Tuple group(Object key, List<Object> members) {
        return new Tuple(List.of(key, members), true);
    }

    @Override
    public Iterator<Object> iterator() {
        return items.iterator();
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public @Nullable Object attribute(String name) {
        if (group && name.equals("grouper")) {
            return items.get(0);
        }
        return group && name.equals("list") ? items.get(1) : null;
    }
}
