package dev.embedonce.template.internal.value;

/** A value that knows its length and is false when that is 0. */
public interface Sized {
    int size();
}
