@NullMarked
package dev.embedonce.cli.table;

import org.jspecify.annotations.NullMarked;
