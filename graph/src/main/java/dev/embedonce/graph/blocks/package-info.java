/**
 * The layers that published models are made of, as functions from graph values to graph values. Hidden states are
 * float32 {@code [batch * tokens, channels]} throughout, the form in which a linear layer is a single {@code Gemm};
 * {@link dev.embedonce.graph.blocks.TokenShape} gives them their batch and token axes back where a layer needs those.
 */
@NullMarked
package dev.embedonce.graph.blocks;

import org.jspecify.annotations.NullMarked;
