/** Triangle meshes: the OFF and OBJ file formats, and the parametric objects of the built-in corpus. */
@NullMarked
package dev.embedonce.lab.mesh;

import org.jspecify.annotations.NullMarked;
