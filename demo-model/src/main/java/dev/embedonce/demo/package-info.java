/** A vision-language model of our own, small enough to ship. */
@NullMarked
package dev.embedonce.demo;

import org.jspecify.annotations.NullMarked;
