/** Strict reading of JSON requests. */
@NullMarked
package dev.embedonce.server.api.json;

import org.jspecify.annotations.NullMarked;
