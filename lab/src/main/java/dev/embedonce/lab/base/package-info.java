/** What all parts of the lab use: their exception, their progress and their random numbers. */
@NullMarked
package dev.embedonce.lab.base;

import org.jspecify.annotations.NullMarked;
