package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.builtin.Signature;
import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.operator.Compare;
import dev.embedonce.template.internal.value.Arguments;
import dev.embedonce.template.internal.value.Budget;
import dev.embedonce.template.internal.value.Callable;
import dev.embedonce.template.internal.value.HasAttributes;
import dev.embedonce.template.internal.value.Sized;
import dev.embedonce.template.internal.value.Tuple;
import dev.embedonce.template.internal.value.Undefined;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. Takes an item from the sequence only when it is needed. */
final class LoopState implements HasAttributes, Sized, Callable {
    private final Iterator<Object> rest;
    private final Deque<Object> ahead = new ArrayDeque<>();
    private final int depth;
    private final Loop loop;
    private long length;
    private long index = -1;
    private @Nullable Object previous;
    private @Nullable Object current;
    private @Nullable Object lastChanged;

    /**
     * @param length the number of items; -1 if that is not known before all are there
     * @param depth how many recursive loops this one is inside of
     */
    LoopState(Iterator<Object> rest, int length, int depth, Loop loop) {
        this.rest = rest;
        this.length = length;
        this.depth = depth;
        this.loop = loop;
    }

    boolean hasNext() {
        return !ahead.isEmpty() || rest.hasNext();
    }

    Object next() {
        previous = current;
        Object item = ahead.isEmpty() ? rest.next() : ahead.pop();
        current = item;
        index++;
        return item;
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1;
            case "index0" -> index;
            case "revindex" -> length() - index;
            case "revindex0" -> length() - index - 1;
            case "first" -> index == 0;
            case "last" -> !hasNext();
            case "length" -> length();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> previous == null ? new Undefined("there is no previous item") : previous;
            case "nextitem" -> nextItem();
            case "cycle" -> (Callable) (arguments, budget) -> cycle(arguments.positional());
            case "changed" -> (Callable) (arguments, budget) -> changed(Tuple.of(arguments.positional()));
            default -> null;
        };
    }

    @Override
    public int size() {
        return (int) length();
    }

    private long length() {
        if (length < 0) {
            rest.forEachRemaining(ahead::add);
            length = index + 1 + ahead.size();
        }
        return length;
    }

    private Object nextItem() {
        if (ahead.isEmpty()) {
            try {
                ahead.add(rest.next());
            } catch (NoSuchElementException e) {
                return new Undefined("there is no next item");
            }
        }
        return ahead.element();
    }

    private Object cycle(List<Object> values) {
        if (values.isEmpty()) {
            throw new Failure("no items for cycling given");
        }
        return values.get((int) (index % values.size()));
    }

    private boolean changed(Tuple values) {
        boolean changed = lastChanged == null || !Compare.equal(lastChanged, values);
        lastChanged = values;
        return changed;
    }

    @Override
    public Object call(Arguments arguments, Budget budget) {
        return loop.recurse(Signature.of("loop", "items").bind(arguments).get(0), depth + 1);
    }
}
