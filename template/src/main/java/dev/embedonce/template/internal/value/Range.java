package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Failure;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;

/** What {@code range} gives: integers at equal distances, at most 100,000 as in Jinja's sandbox. */
public record Range(long start, long stop, long step) implements Iterable<Object>, Sized {
    private static final int MAX_LENGTH = 100_000;

    public Range {
        if (step == 0) {
            throw new Failure("range() arg 3 must not be zero");
        }
        if (length(start, stop, step) > MAX_LENGTH) {
            throw new Failure("Range too big. The sandbox blocks ranges larger than " + MAX_LENGTH + ".");
        }
    }

    private static double length(long start, long stop, long step) {
        return Math.max(0, Math.ceil(((double) stop - start) / step));
    }

    @Override
    public int size() {
        return (int) length(start, stop, step);
    }

    List<Object> list() {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return start + index * step;
            }

            @Override
            public int size() {
                return Range.this.size();
            }
        };
    }

    @Override
    public Iterator<Object> iterator() {
        return list().iterator();
    }

    @Override
    public String toString() {
        return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
    }
}
