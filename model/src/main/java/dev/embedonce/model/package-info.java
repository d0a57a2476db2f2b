/**
 * What a published model folder says: its config, digests of its files, fingerprints. Encoders and vision-language
 * models stand on it side by side.
 */
@NullMarked
package dev.embedonce.model;

import org.jspecify.annotations.NullMarked;
