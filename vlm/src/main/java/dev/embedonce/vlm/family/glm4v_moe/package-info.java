/** GLM-4.5V: GLM-4.1V's tower before a language model with a mixture of experts. */
@NullMarked
package dev.embedonce.vlm.family.glm4v_moe;

import org.jspecify.annotations.NullMarked;
