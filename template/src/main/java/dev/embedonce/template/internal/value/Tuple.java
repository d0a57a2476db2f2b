package dev.embedonce.template.internal.value;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tuple. One that {@code groupby} makes has its two parts as attributes too. */
public record Tuple(List<Object> items, boolean group) implements Iterable<Object>, Sized, HasAttributes {
    public static Tuple of(Object... items) {
        return new Tuple(Arrays.asList(items), false);
    }

    public static Tuple of(List<Object> items) {
        return new Tuple(items, false);
    }

    /** What {@code groupby} makes: a key and the items that have it. */
    public static Tuple group(Object key, List<Object> members) {
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
