/** Conversations: messages of text and pictures, and the model's chat template. */
@NullMarked
package dev.embedonce.vlm.chat;

import org.jspecify.annotations.NullMarked;
