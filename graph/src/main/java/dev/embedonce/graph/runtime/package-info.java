/**
 * Runs ONNX graphs: sessions of ONNX Runtime, and just enough of the file format to find external data and explain
 * errors.
 */
@NullMarked
package dev.embedonce.graph.runtime;

import org.jspecify.annotations.NullMarked;
