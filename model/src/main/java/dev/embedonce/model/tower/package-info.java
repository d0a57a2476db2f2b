/**
 * The towers that encoders and vision-language models share, each a record read from its config that adds its graph to
 * a {@link dev.embedonce.model.tower.TowerGraph}. What becomes of a tower's hidden states, heads and projectors, is
 * their users' own.
 */
@NullMarked
package dev.embedonce.model.tower;

import org.jspecify.annotations.NullMarked;
