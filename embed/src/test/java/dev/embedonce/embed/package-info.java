@NullMarked
package dev.embedonce.embed;

import org.jspecify.annotations.NullMarked;
