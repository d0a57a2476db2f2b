/** What a chat request is, whatever its API, and how it becomes an answer. */
@NullMarked
package dev.embedonce.server.chat;

import org.jspecify.annotations.NullMarked;
