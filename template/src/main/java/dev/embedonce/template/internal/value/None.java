package dev.embedonce.template.internal.value;

/** The value {@code none}. */
public enum None {
    NONE
}
