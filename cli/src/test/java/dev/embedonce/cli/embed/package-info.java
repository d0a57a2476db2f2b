@NullMarked
package dev.embedonce.cli.embed;

import org.jspecify.annotations.NullMarked;
