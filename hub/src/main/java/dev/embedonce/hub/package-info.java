/**
 * Models by the id they have on the Hugging Face hub: from the user's cache, in the layout that Python's {@code
 * huggingface_hub} uses too, or downloaded into it.
 */
@NullMarked
package dev.embedonce.hub;

import org.jspecify.annotations.NullMarked;
