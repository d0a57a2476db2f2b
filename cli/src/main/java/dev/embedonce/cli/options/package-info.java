/** Options that several commands have: which model, which store. */
@NullMarked
package dev.embedonce.cli.options;

import org.jspecify.annotations.NullMarked;
