@NullMarked
package dev.embedonce.cli.pictures;

import org.jspecify.annotations.NullMarked;
