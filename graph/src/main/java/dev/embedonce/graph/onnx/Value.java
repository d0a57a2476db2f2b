package dev.embedonce.graph.onnx;

import dev.embedonce.graph.TensorType;

/** A handle on a tensor inside the graph that is being built: an input, an initialiser or the output of a node. */
public record Value(String name, TensorType type) {}
