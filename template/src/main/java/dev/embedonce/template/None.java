package dev.embedonce.template;

/** The value {@code none}. */
enum None {
    NONE
}
