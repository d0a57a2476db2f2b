/** Administration of cache and server: statistics, deletion, health. */
@NullMarked
package dev.embedonce.server.admin;

import org.jspecify.annotations.NullMarked;
