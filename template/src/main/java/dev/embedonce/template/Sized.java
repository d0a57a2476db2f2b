package dev.embedonce.template;

/** A value that knows its length and is false when that is 0. */
interface Sized {
    int size();
}
