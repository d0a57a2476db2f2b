@NullMarked
package dev.embedonce.encoder;

import org.jspecify.annotations.NullMarked;
