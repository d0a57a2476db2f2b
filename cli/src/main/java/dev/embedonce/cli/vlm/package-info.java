/** Commands about vision-language models: chat, trace. */
@NullMarked
package dev.embedonce.cli.vlm;

import org.jspecify.annotations.NullMarked;
