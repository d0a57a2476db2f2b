/** What long work asks now and then: whether it is still wanted. */
@NullMarked
package dev.embedonce.image.internal.work;

import org.jspecify.annotations.NullMarked;
