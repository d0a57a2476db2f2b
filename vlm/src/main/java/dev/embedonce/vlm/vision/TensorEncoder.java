package dev.embedonce.vlm.vision;

import dev.embedonce.codec.Safetensors;
import dev.embedonce.codec.TensorSpec;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A vision tower for pictures that somebody else has preprocessed: what is hashed are the tensors themselves, as {@link
 * #pack} writes them. Thread-safe.
 */
public final class TensorEncoder implements FeatureEncoder<ProcessedImage> {
    private static final String INPUT = "input.";
    private static final String LAYOUT = "layout.";

    private final VisionTower tower;

    public TensorEncoder(VisionTower tower) {
        this.tower = tower;
    }

    /** A processed picture as bytes: equal for equal tensors. */
    public static byte[] pack(ProcessedImage image) {
        Map<String, Tensor> all = new TreeMap<>();
        image.inputs().forEach((name, tensor) -> all.put(INPUT + name, tensor));
        image.layout().forEach((name, tensor) -> all.put(LAYOUT + name, tensor));
        List<ByteBuffer> parts = Safetensors.file(all, Map.of());
        ByteBuffer bytes = ByteBuffer.allocate(
                parts.stream().mapToInt(ByteBuffer::remaining).reduce(0, Math::addExact));
        parts.forEach(bytes::put);
        return bytes.array();
    }

    @Override
    public ProcessedImage prepare(byte[] packed) {
        Safetensors file = Safetensors.read(ByteBuffer.wrap(packed));
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        Map<String, Tensor> layout = new LinkedHashMap<>();
        int at = file.data().position();
        for (TensorSpec spec : file.tensors()) {
            Tensor tensor =
                    Tensor.copyOf(spec.dtype(), spec.shape(), file.data().slice(at, spec.sizeBytes()));
            at += spec.sizeBytes();
            if (spec.name().startsWith(INPUT)) {
                inputs.put(spec.name().substring(INPUT.length()), tensor);
            } else {
                layout.put(spec.name().substring(LAYOUT.length()), tensor);
            }
        }
        return new ProcessedImage(inputs, layout, 0, 0);
    }

    @Override
    public String modelVersion() {
        return tower.modelVersion();
    }

    @Override
    public String preprocVersion() {
        return "processor-tensors/v1";
    }

    @Override
    public String runtime() {
        return tower.runtime();
    }

    @Override
    public int batchSize() {
        return tower.batchSize();
    }

    @Override
    public List<Map<String, Tensor>> encode(List<ProcessedImage> batch) {
        return tower.encode(batch).stream().map(VisionFeatures::tensors).toList();
    }
}
