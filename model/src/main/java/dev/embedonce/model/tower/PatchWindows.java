package dev.embedonce.model.tower;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Windows;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Map;

/**
 * Square attention windows over packed patches, from the top left corner on; those at the right and at the bottom hold
 * fewer patches.
 *
 * @param merge patches a side that become one token
 * @param cells tokens a side of a window
 */
// Source: transformers 5.23, vision_utils.py, get_vision_window_index
public record PatchWindows(int merge, int cells) implements PatchFeeds {
    /** Raised when other inputs are computed for the same patches; part of the model version. */
    private static final int REVISION = 1;

    private static final String MEMBERS = "window_members";
    private static final String BIAS = "window_bias";
    private static final String PLACES = "window_places";
    private static final float UNSEEN = -1e9f;

    /** Adds the inputs. */
    public Windows inputs(GraphBuilder graph) {
        graph.uses(block(), REVISION);
        Dim batch = Dim.free("batch");
        return new Windows(
                size(),
                graph.input(MEMBERS, TensorType.I64, batch, Dim.free("window_places")),
                graph.input(BIAS, TensorType.F32, batch, Dim.free("windows"), Dim.of(size())),
                graph.input(PLACES, TensorType.I64, batch, Dim.free("patches")));
    }

    private int size() {
        return cells * cells * merge * merge;
    }

    @Override
    public String block() {
        return "patch-windows";
    }

    @Override
    public int revision() {
        return REVISION;
    }

    @Override
    public void put(int rows, int columns, Map<String, Tensor> feeds) {
        int side = cells * merge;
        int across = (columns + side - 1) / side;
        int windows = across * ((rows + side - 1) / side);
        long[] membersShape = {(long) windows * size()};
        long[] biasShape = {windows, size()};
        long[] placesShape = {(long) rows * columns};
        ByteBuffer members = Tensor.direct(DType.INT64, membersShape);
        ByteBuffer bias = Tensor.direct(DType.FLOAT32, biasShape);
        ByteBuffer places = Tensor.direct(DType.INT64, placesShape);
        LongBuffer member = members.asLongBuffer();
        for (int i = 0; i < windows * size(); i++) {
            bias.putFloat(i * Float.BYTES, UNSEEN);
        }
        int[] filled = new int[windows];
        PatchFeeds.forEachPatch(rows, columns, merge, (row, column) -> {
            int window = row / side * across + column / side;
            int place = window * size() + filled[window]++;
            member.put(place, places.position() / Long.BYTES);
            bias.putFloat(place * Float.BYTES, 0);
            places.putLong(place);
        });
        feeds.put(MEMBERS, Tensor.view(DType.INT64, membersShape, members));
        feeds.put(BIAS, Tensor.view(DType.FLOAT32, biasShape, bias));
        feeds.put(PLACES, Tensor.view(DType.INT64, placesShape, places.flip()));
    }
}
