/** InternVL as transformers publishes it: InternViT over tiles and the whole picture, pixel shuffle. */
@NullMarked
package dev.embedonce.vlm.family.internvl;

import org.jspecify.annotations.NullMarked;
