/** The embed command and the pipeline behind it. */
@NullMarked
package dev.embedonce.cli.embed;

import org.jspecify.annotations.NullMarked;
