@NullMarked
package dev.embedonce.encoder.hub;

import org.jspecify.annotations.NullMarked;
