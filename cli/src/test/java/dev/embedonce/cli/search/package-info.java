@NullMarked
package dev.embedonce.cli.search;

import org.jspecify.annotations.NullMarked;
