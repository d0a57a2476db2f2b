/** Builds ONNX graphs whose weights are external data that points into the files of a published checkpoint. */
@NullMarked
package dev.embedonce.graph.onnx;

import org.jspecify.annotations.NullMarked;
