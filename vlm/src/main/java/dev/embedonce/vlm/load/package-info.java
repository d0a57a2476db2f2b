/** What a vision-language model is opened from: its files, and how its graphs are to be held and run. */
@NullMarked
package dev.embedonce.vlm.load;

import org.jspecify.annotations.NullMarked;
