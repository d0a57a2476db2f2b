@NullMarked
package dev.embedonce.table;

import org.jspecify.annotations.NullMarked;
