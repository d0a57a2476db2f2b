/** What an encoder is, and what a provider of features is asked and answers: images, outcomes, counts. */
@NullMarked
package dev.embedonce.feature;

import org.jspecify.annotations.NullMarked;
