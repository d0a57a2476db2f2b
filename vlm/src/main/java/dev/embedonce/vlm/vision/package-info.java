/** The picture side of a model: pictures made ready, towers, and everything a tower gives the language model. */
@Experimental
@NullMarked
package dev.embedonce.vlm.vision;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
