package dev.embedonce.vlm.family.idefics2;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.vision.PixelTensors;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pictures as they go to the tower: {@code piece_0}, {@code piece_1} and so on, float32 {@code [3, height, width]}
 * each; a split picture has its four quarters and then the whole, another the whole alone.
 */
final class Idefics2Pictures {
    /** Of a split picture. */
    static final int PIECES = 5;

    private static final String PIXEL_VALUES = "pixel_values";
    private static final String MASK = "pixel_attention_mask";

    private Idefics2Pictures() {}

    static ProcessedImage image(List<Tensor> pieces, int width, int height) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Tensor piece : pieces) {
            inputs.put("piece_" + inputs.size(), piece);
        }
        return new ProcessedImage(inputs, Map.of(), width, height);
    }

    /** All pieces of a picture in order. */
    static List<Tensor> pieces(ProcessedImage image) {
        return List.copyOf(image.inputs().values());
    }

    /**
     * Reads {@code pixel_values}, float32 {@code [1, pieces, 3, height, width]}, and {@code pixel_attention_mask},
     * int64 {@code [1, pieces, height, width]}, which is 0 where a piece has been padded.
     *
     * @param each how many pieces a picture has
     */
    static List<ProcessedImage> split(Map<String, Tensor> tensors, int each) {
        Tensor all = tensors.get(PIXEL_VALUES);
        if (all == null) {
            return List.of();
        }
        if (all.rank() != 5 || all.dim(0) != 1 || all.dim(2) != 3 || all.dim(1) % each != 0) {
            throw new IllegalArgumentException(PIXEL_VALUES + ": expected [1, pieces, 3, height, width] with " + each
                    + (each == 1 ? " piece" : " pieces") + " a picture, found " + all);
        }
        List<Tensor> padded = PixelTensors.rows(PixelTensors.rows(all).get(0));
        List<Tensor> masks = masks(tensors.get(MASK), all);
        List<Tensor> pieces = new ArrayList<>();
        for (int i = 0; i < padded.size(); i++) {
            pieces.add(masks.isEmpty() ? padded.get(i) : withoutPadding(padded.get(i), masks.get(i)));
        }
        List<ProcessedImage> images = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i += each) {
            images.add(image(pieces.subList(i, i + each), 0, 0));
        }
        return images;
    }

    private static List<Tensor> masks(@Nullable Tensor mask, Tensor pixels) {
        if (mask == null) {
            return List.of();
        }
        if (mask.rank() != 4
                || mask.dim(0) != 1
                || mask.dim(1) != pixels.dim(1)
                || mask.dim(2) != pixels.dim(3)
                || mask.dim(3) != pixels.dim(4)) {
            throw new IllegalArgumentException(
                    MASK + ": expected the pieces and sides of " + PIXEL_VALUES + " " + pixels + ", found " + mask);
        }
        return PixelTensors.rows(PixelTensors.rows(mask).get(0));
    }

    private static Tensor withoutPadding(Tensor padded, Tensor mask) {
        int columns = Math.toIntExact(padded.dim(2));
        int rows = Math.toIntExact(padded.dim(1));
        LongBuffer shown = mask.longs();
        int width = 0;
        while (width < columns && shown.get(width) != 0) {
            width++;
        }
        int height = 0;
        while (height < rows && shown.get(height * columns) != 0) {
            height++;
        }
        long[] shape = {3, height, width};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer target = bytes.asFloatBuffer();
        FloatBuffer source = padded.floats();
        for (int channel = 0; channel < 3; channel++) {
            for (int row = 0; row < height; row++) {
                target.put(source.slice((channel * rows + row) * columns, width));
            }
        }
        return Tensor.view(DType.FLOAT32, shape, bytes);
    }
}
