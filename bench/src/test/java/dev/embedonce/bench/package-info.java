@NullMarked
package dev.embedonce.bench;

import org.jspecify.annotations.NullMarked;
