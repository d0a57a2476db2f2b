/** The tables and the HTML report. */
@NullMarked
package dev.embedonce.lab.report;

import org.jspecify.annotations.NullMarked;
