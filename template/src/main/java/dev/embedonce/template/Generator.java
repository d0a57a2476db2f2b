package dev.embedonce.template;

import java.util.Iterator;

/** Values that can be walked through once and have no length, as most filters over sequences give. Always true. */
record Generator(Iterator<Object> rest) implements Iterable<Object> {
    @Override
    public Iterator<Object> iterator() {
        return rest;
    }
}
