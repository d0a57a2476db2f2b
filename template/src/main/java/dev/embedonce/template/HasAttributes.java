package dev.embedonce.template;

import org.jspecify.annotations.Nullable;

/** A value with attributes of its own. */
interface HasAttributes {
    /** The attribute, or null if there is none of that name. */
    @Nullable
    Object attribute(String name);
}
