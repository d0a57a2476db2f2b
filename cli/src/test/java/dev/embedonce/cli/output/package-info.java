@NullMarked
package dev.embedonce.cli.output;

import org.jspecify.annotations.NullMarked;
