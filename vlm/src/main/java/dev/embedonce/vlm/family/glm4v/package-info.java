/** GLM-4.1V: packed patches with learned and two-dimensional rotary positions, positions on three axes. */
@NullMarked
package dev.embedonce.vlm.family.glm4v;

import org.jspecify.annotations.NullMarked;
