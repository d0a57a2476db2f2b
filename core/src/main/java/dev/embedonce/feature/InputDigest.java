package dev.embedonce.feature;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * A digest of everything an encoder is about to be given for one image, and of every value that its output will be
 * packed by. Two images of the same digest, under the same model and preprocessing version, get the same answer: that
 * makes the link from new bytes to an old entry exact.
 *
 * @param hash derived: its tag keeps it apart from every content hash
 */
public record InputDigest(ContentHash hash) {
    /**
     * Digests every named input with its dtype, shape and bytes.
     *
     * @param inputs what the encoder reads, by name
     * @param packing what its output is packed by: grids, image sizes, aspect ids, tile layouts; empty if nothing
     */
    public static InputDigest of(Map<String, Tensor> inputs, Map<String, Tensor> packing) {
        FramedDigest digest = FramedDigest.tagged("embedonce.encoder-input.v1");
        digest.put("inputs", inputs.size());
        put(digest, inputs);
        digest.put("packing", packing.size());
        put(digest, packing);
        return new InputDigest(digest.toContentHash());
    }

    /**
     * Digests the only input of an encoder by 8-bit samples that it is a function of, where the preprocessing version
     * says which: a quarter of the bytes of a float32 input.
     *
     * @param shape of the input
     */
    public static InputDigest ofSamples(String input, long[] shape, ByteBuffer samples) {
        return new InputDigest(FramedDigest.tagged("embedonce.encoder-input-samples.v1")
                .put("name", input)
                .put("shape", shape)
                .put("samples", samples)
                .toContentHash());
    }

    private static void put(FramedDigest digest, Map<String, Tensor> tensors) {
        new TreeMap<>(tensors)
                .forEach((name, tensor) -> digest.put("name", name)
                        .put("dtype", tensor.dtype().code())
                        .put("shape", tensor.shape())
                        .put("data", tensor.data()));
    }
}
