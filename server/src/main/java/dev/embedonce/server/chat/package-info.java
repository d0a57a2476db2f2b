/** Chat requests of any API, and how they are answered. */
@NullMarked
package dev.embedonce.server.chat;

import org.jspecify.annotations.NullMarked;
