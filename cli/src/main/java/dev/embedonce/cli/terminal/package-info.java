/** What all commands need for a terminal: errors, exit codes, progress of downloads, text in any locale. */
@NullMarked
package dev.embedonce.cli.terminal;

import org.jspecify.annotations.NullMarked;
