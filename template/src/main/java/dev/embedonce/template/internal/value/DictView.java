package dev.embedonce.template.internal.value;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** What {@code keys()}, {@code values()} and {@code items()} of a dictionary give. */
public record DictView(String type, List<Object> items) implements Iterable<Object>, Sized {
    public static DictView keys(Dict dict) {
        return of("dict_keys", dict, Dict.Item::key);
    }

    public static DictView values(Dict dict) {
        return of("dict_values", dict, Dict.Item::value);
    }

    public static DictView items(Dict dict) {
        return of("dict_items", dict, item -> Tuple.of(item.key(), item.value()));
    }

    private static DictView of(String type, Dict dict, Function<Dict.Item, Object> part) {
        List<Object> parts = new ArrayList<>(dict.size());
        dict.items().forEach(item -> parts.add(part.apply(item)));
        return new DictView(type, parts);
    }

    @Override
    public Iterator<Object> iterator() {
        return items.iterator();
    }

    @Override
    public int size() {
        return items.size();
    }
}
