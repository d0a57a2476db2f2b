/** What happens to an answer while it is generated. */
@NullMarked
package dev.embedonce.engine.event;

import org.jspecify.annotations.NullMarked;
