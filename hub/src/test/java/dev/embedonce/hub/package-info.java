@NullMarked
package dev.embedonce.hub;

import org.jspecify.annotations.NullMarked;
