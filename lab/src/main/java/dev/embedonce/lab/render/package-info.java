/** Draws meshes: a z-buffer, a light, smooth edges. */
@NullMarked
package dev.embedonce.lab.render;

import org.jspecify.annotations.NullMarked;
