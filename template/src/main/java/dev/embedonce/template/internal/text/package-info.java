/** Texts, numbers and dates written and taken apart as Python does; knows no values of a template. */
@NullMarked
package dev.embedonce.template.internal.text;

import org.jspecify.annotations.NullMarked;
