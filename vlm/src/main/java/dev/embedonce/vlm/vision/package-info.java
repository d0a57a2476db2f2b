/** The picture side of a model: pictures made ready, towers, and everything a tower gives the language model. */
@NullMarked
package dev.embedonce.vlm.vision;

import org.jspecify.annotations.NullMarked;
