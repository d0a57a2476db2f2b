/**
 * What a published model folder says: its config, digests of its files, fingerprints. Encoders and vision-language
 * models stand on it side by side.
 */
@Experimental
@NullMarked
package dev.embedonce.model;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
