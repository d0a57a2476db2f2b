/** The eight figures, as SVG and PNG. */
@NullMarked
package dev.embedonce.lab.figure;

import org.jspecify.annotations.NullMarked;
