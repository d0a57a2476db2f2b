@NullMarked
package dev.embedonce.graph.runtime;

import org.jspecify.annotations.NullMarked;
