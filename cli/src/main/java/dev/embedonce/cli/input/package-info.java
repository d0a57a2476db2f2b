/** Where images come from: folders, files, globs, lists, tables. */
@NullMarked
package dev.embedonce.cli.input;

import org.jspecify.annotations.NullMarked;
