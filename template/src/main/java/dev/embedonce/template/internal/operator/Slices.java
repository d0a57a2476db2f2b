package dev.embedonce.template.internal.operator;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.text.Text;
import dev.embedonce.template.internal.value.Markup;
import dev.embedonce.template.internal.value.None;
import dev.embedonce.template.internal.value.Range;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Values;
import java.util.ArrayList;
import java.util.List;

/** {@code value[start:stop:step]}. */
public final class Slices {
    private Slices() {}

    /** The part of a string, list, tuple or range; a bound that is left out is {@link None}. */
    public static Object of(Object value, Object start, Object stop, Object step) {
        if (Values.isText(value)) {
            List<Object> characters = part(Text.characters(Values.text(value)), start, stop, step);
            StringBuilder out = new StringBuilder();
            characters.forEach(out::append);
            return Markup.like(value, out.toString());
        }
        if (value instanceof Range range) {
            return part(range, start, stop, step);
        }
        List<Object> items = part(Values.sequence(value), start, stop, step);
        return value instanceof Tuple ? Tuple.of(items) : items;
    }

    private static Range part(Range range, Object start, Object stop, Object step) {
        long by = by(step);
        int size = range.size();
        long first = bound(start, by > 0 ? 0 : size - 1, size, by);
        long end = bound(stop, by > 0 ? size : -1, size, by);
        return new Range(range.start() + first * range.step(), range.start() + end * range.step(), range.step() * by);
    }

    private static long by(Object step) {
        long by = step == None.NONE ? 1 : Values.integer(step);
        if (by == 0) {
            throw new Failure("slice step cannot be zero");
        }
        return by;
    }

    private static List<Object> part(List<Object> items, Object start, Object stop, Object step) {
        long by = by(step);
        int size = items.size();
        long first = bound(start, by > 0 ? 0 : size - 1, size, by);
        long end = bound(stop, by > 0 ? size : -1, size, by);
        List<Object> picked = new ArrayList<>();
        for (long i = first; by > 0 ? i < end : i > end; i += by) {
            picked.add(items.get((int) i));
            if (Math.abs(by) > size) {
                break; // the next one lies outside, and the sum might overflow
            }
        }
        return picked;
    }

    private static long bound(Object given, long whenMissing, int size, long step) {
        if (given == None.NONE) {
            return whenMissing;
        }
        long index = Values.integer(given);
        if (index < 0) {
            index += size;
        }
        return step > 0 ? Math.max(0, Math.min(index, size)) : Math.max(-1, Math.min(index, size - 1));
    }
}
