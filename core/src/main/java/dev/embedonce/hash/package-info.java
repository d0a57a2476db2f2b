/** Content hashes, which are keys, and perceptual hashes, which never are. */
@NullMarked
package dev.embedonce.hash;

import org.jspecify.annotations.NullMarked;
