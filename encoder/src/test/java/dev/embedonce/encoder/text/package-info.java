@NullMarked
package dev.embedonce.encoder.text;

import org.jspecify.annotations.NullMarked;
