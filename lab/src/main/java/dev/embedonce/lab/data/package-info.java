/** What a run has measured, and the files it leaves: CSV tables and the environment. */
@NullMarked
package dev.embedonce.lab.data;

import org.jspecify.annotations.NullMarked;
