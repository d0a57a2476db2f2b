/** Pictures compared as pictures: perceptual hashes, near-duplicates, encoder input, sheets to look at. */
@NullMarked
package dev.embedonce.cli.pictures;

import org.jspecify.annotations.NullMarked;
