/** API keys and origins, sources of pictures, and limits. */
@NullMarked
package dev.embedonce.server.security;

import org.jspecify.annotations.NullMarked;
