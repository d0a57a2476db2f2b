/** The filters and tests by name. */
@NullMarked
package dev.embedonce.template.internal.filter;

import org.jspecify.annotations.NullMarked;
