@NullMarked
package dev.embedonce.cli.input;

import org.jspecify.annotations.NullMarked;
