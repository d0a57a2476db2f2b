package dev.embedonce.encoder;

import dev.embedonce.error.CacheException;
import dev.embedonce.value.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of a model's output: pooled where it has more than one vector an image, and brought to length 1 if
 * wanted.
 *
 * @param name the graph's output
 * @param pooling how an output {@code [batch, ...]} becomes {@code [batch, dimension]}
 * @param normalize whether vectors are divided by their Euclidean length
 */
record VectorOutput(String name, Reduction pooling, boolean normalize) {
    /** Pooling outside of the graph. The {@link #id()} is part of the model version and never changes. */
    enum Reduction {
        /** {@code [batch, dimension]} as it is; sizes of 1 after it or between do not count. */
        NONE("none"),
        /** The first token of {@code [batch, tokens, dimension]}. */
        FIRST_TOKEN("cls"),
        /**
         * The mean over all tokens of {@code [batch, tokens, dimension]}, or over all positions of {@code [batch,
         * dimension, h, w]}.
         */
        MEAN("mean");

        private final String id;

        Reduction(String id) {
            this.id = id;
        }

        String id() {
            return id;
        }
    }

    /** The norm below which a vector counts as zero and stays as it is, as in torch's normalize. */
    private static final double SMALLEST_NORM = 1e-12;

    /**
     * One vector an image.
     *
     * @param output float32, first dimension the batch
     * @throws CacheException if the shape does not fit or a number is not finite
     */
    List<Tensor> vectors(Tensor output) {
        int batch = (int) output.dim(0);
        FloatBuffer values = output.floats();
        int each = values.remaining() / Math.max(1, batch);
        List<Tensor> vectors = new ArrayList<>(batch);
        for (int i = 0; i < batch; i++) {
            float[] vector = pooled(output, values.slice(i * each, each));
            requireFinite(vector);
            vectors.add(Tensor.ofFloats(normalize ? normalized(vector) : vector));
        }
        return vectors;
    }

    private float[] pooled(Tensor output, FloatBuffer one) {
        return switch (pooling) {
            case NONE -> read(output, one, largestDim(output));
            case FIRST_TOKEN -> read(output, one.slice(0, tokenSize(output)), tokenSize(output));
            case MEAN -> output.rank() == 4 ? meanOfPlaces(output, one) : meanOfTokens(tokenSize(output), one);
        };
    }

    private float[] read(Tensor output, FloatBuffer one, int dimension) {
        if (one.remaining() != dimension) {
            throw new CacheException("output " + name + " has the shape " + output + "; expected one vector an image");
        }
        float[] vector = new float[dimension];
        one.get(vector);
        return vector;
    }

    private static int largestDim(Tensor output) {
        long largest = 0;
        for (int axis = 1; axis < output.rank(); axis++) {
            largest = Math.max(largest, output.dim(axis));
        }
        return (int) largest;
    }

    private int tokenSize(Tensor output) {
        if (output.rank() != 3) {
            throw new CacheException(
                    "output " + name + " has the shape " + output + "; expected [batch, tokens, dimension]");
        }
        return (int) output.dim(2);
    }

    private static float[] meanOfTokens(int dimension, FloatBuffer one) {
        double[] sums = new double[dimension];
        int tokens = one.remaining() / dimension;
        for (int token = 0; token < tokens; token++) {
            for (int i = 0; i < dimension; i++) {
                sums[i] += one.get(token * dimension + i);
            }
        }
        return divided(sums, tokens);
    }

    private static float[] meanOfPlaces(Tensor output, FloatBuffer one) {
        int dimension = (int) output.dim(1);
        int places = one.remaining() / dimension;
        double[] sums = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            for (int place = 0; place < places; place++) {
                sums[i] += one.get(i * places + place);
            }
        }
        return divided(sums, places);
    }

    private static float[] divided(double[] sums, int count) {
        float[] means = new float[sums.length];
        for (int i = 0; i < sums.length; i++) {
            means[i] = (float) (sums[i] / count);
        }
        return means;
    }

    private void requireFinite(float[] vector) {
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new CacheException("output " + name + " is " + vector[i] + " at position " + i);
            }
        }
    }

    private static float[] normalized(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double norm = Math.max(Math.sqrt(squares), SMALLEST_NORM);
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }
}
