package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Failure;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A dictionary in insertion order, whose keys are equal as in Python: 1, 1.0 and true are one key. */
public final class Dict implements Iterable<Object>, Sized {
    /** The key as it was first given, and the value. */
    public record Item(Object key, Object value) {}

    private final Map<Object, Item> items = new LinkedHashMap<>();

    /** A copy, whose values are the same. */
    public static Dict copyOf(Dict other) {
        Dict copy = new Dict();
        copy.items.putAll(other.items);
        return copy;
    }

    /** Puts an item while the dictionary is being built; templates cannot change one. */
    public void put(Object key, Object value) {
        Object canonical = canonical(key);
        Item known = items.get(canonical);
        items.put(canonical, new Item(known == null ? key : known.key(), value));
    }

    /**
     * The value, or null if there is none.
     *
     * @throws Failure if the key is a list or a dictionary
     */
    @Nullable
    public Object get(Object key) {
        Item item = items.get(canonical(key));
        return item == null ? null : item.value();
    }

    /** The items in order. */
    public List<Item> items() {
        return new ArrayList<>(items.values());
    }

    @Override
    public Iterator<Object> iterator() {
        Iterator<Item> rest = items.values().iterator();
        return Iterators.map(rest, Item::key);
    }

    @Override
    public int size() {
        return items.size();
    }

    /** Equal keys have equal canonical forms. */
    public static Object canonical(Object key) {
        if (key instanceof Boolean bool) {
            return bool ? 1L : 0L;
        }
        if (key instanceof Double number && number == Math.rint(number) && Math.abs(number) < 0x1p63) {
            return number.longValue();
        }
        if (key instanceof Markup markup) {
            return markup.text();
        }
        if (key instanceof Tuple tuple) {
            return Tuple.of(tuple.items().stream().map(Dict::canonical).toList());
        }
        if (key instanceof List || key instanceof Dict) {
            throw new Failure("unhashable type: " + Repr.of(Values.typeName(key)));
        }
        return key;
    }
}
