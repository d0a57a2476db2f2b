/** InternVL as its own code publishes it: InternViT over tiles and the whole picture, pixel shuffle. */
@NullMarked
package dev.embedonce.vlm.family.internvl_chat;

import org.jspecify.annotations.NullMarked;
