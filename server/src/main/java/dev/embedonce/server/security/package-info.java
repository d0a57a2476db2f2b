/** Who may do what, where pictures may come from, and how much of everything. */
@NullMarked
package dev.embedonce.server.security;

import org.jspecify.annotations.NullMarked;
