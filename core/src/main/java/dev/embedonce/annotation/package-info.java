/** What is said about the API in the API itself. */
@NullMarked
package dev.embedonce.annotation;

import org.jspecify.annotations.NullMarked;
