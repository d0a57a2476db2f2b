/** What stands behind a dot or in brackets: attributes, members, and the methods of strings, lists and dictionaries. */
@NullMarked
package dev.embedonce.template.internal.method;

import org.jspecify.annotations.NullMarked;
