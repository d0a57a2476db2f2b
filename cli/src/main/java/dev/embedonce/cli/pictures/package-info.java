/** Pictures compared as pictures: perceptual hashes, near-duplicates, encoder input, contact sheets. */
@NullMarked
package dev.embedonce.cli.pictures;

import org.jspecify.annotations.NullMarked;
