/** HTTP itself: routes, requests, responses, event streams, errors. */
@NullMarked
package dev.embedonce.server.http;

import org.jspecify.annotations.NullMarked;
