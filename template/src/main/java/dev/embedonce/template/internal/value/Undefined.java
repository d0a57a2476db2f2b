package dev.embedonce.template.internal.value;

import dev.embedonce.template.internal.failure.Failure;
import java.util.Collections;
import java.util.Iterator;

/**
 * A value that is not there: prints as nothing, is false and empty, and fails with its message when anything else is
 * done with it.
 */
public record Undefined(String message) implements Iterable<Object>, Sized {
    /** A variable that does not exist. */
    public static Undefined name(String name) {
        return new Undefined(Repr.of(name) + " is undefined");
    }

    /** A member or attribute that a value does not have. */
    public static Undefined member(Object owner, Object key) {
        String type = owner == None.NONE ? "None" : typeName(owner) + " object";
        return new Undefined(
                Values.isText(key)
                        ? Repr.of(type) + " has no attribute " + Repr.of(key)
                        : type + " has no element " + Repr.of(key));
    }

    private static String typeName(Object owner) {
        return owner instanceof Markup ? "markupsafe.Markup" : Values.typeName(owner);
    }

    /** An attribute that the sandbox hides. */
    public static Undefined unsafe(Object owner, String name) {
        return new Undefined("access to attribute " + Repr.of(name) + " of " + Repr.of(Values.typeName(owner))
                + " object is unsafe.");
    }

    /** The failure of every use except printing and testing it. */
    public Failure failure() {
        return new Failure(message);
    }

    @Override
    public Iterator<Object> iterator() {
        return Collections.emptyIterator();
    }

    @Override
    public int size() {
        return 0;
    }
}
