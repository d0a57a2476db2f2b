@NullMarked
package dev.embedonce.template;

import org.jspecify.annotations.NullMarked;
