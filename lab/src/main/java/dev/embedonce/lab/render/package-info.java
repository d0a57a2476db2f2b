/** Draws meshes: a z-buffer, a light, antialiasing. */
@NullMarked
package dev.embedonce.lab.render;

import org.jspecify.annotations.NullMarked;
