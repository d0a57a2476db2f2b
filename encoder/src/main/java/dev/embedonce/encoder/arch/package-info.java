/**
 * Published image and text encoders, built as ONNX graphs straight from a model directory's {@code config.json} and
 * safetensors. One class a {@code model_type}, one line each in {@link dev.embedonce.encoder.arch.Architectures}.
 */
@Experimental
@NullMarked
package dev.embedonce.encoder.arch;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
