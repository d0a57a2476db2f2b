/** What a vision-language model is opened from: its files, and how its graphs are to be held and run. */
@Experimental
@NullMarked
package dev.embedonce.vlm.load;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
