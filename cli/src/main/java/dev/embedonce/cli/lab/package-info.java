/** The lab command. */
@NullMarked
package dev.embedonce.cli.lab;

import org.jspecify.annotations.NullMarked;
