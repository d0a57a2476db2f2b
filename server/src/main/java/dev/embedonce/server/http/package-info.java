/** HTTP itself: routes, requests, responses, streams of events, errors. */
@NullMarked
package dev.embedonce.server.http;

import org.jspecify.annotations.NullMarked;
