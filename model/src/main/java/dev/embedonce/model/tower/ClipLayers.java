package dev.embedonce.model.tower;

import dev.embedonce.graph.blocks.ClipBlock;
import dev.embedonce.graph.blocks.PartlyShown;
import dev.embedonce.graph.blocks.Rotary;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers of CLIP and SigLIP, of pictures and of texts. Hidden states are float32 {@code [batch * tokens,
 * channels]}.
 *
 * @param list the path of the layers among the graph's tensors
 * @param rotary positions by which queries and keys are rotated, or null
 */
public record ClipLayers(
        TowerGraph graph,
        String list,
        TransformerSizes sizes,
        @Nullable Rotary rotary) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** Layers whose positions were added before. */
    public ClipLayers(TowerGraph graph, String list, TransformerSizes sizes) {
        this(graph, list, sizes, null);
    }

    /** The last hidden state. */
    public Value apply(Value x, TokenShape tokens) {
        return states(x, tokens, sizes.layers()).get(sizes.layers());
    }

    /** The last hidden state under a causal mask. */
    public Value applyCausally(Value x, TokenShape tokens) {
        Value hidden = x;
        for (int i = 0; i < sizes.layers(); i++) {
            hidden = block().applyCausally(layer(i), hidden, tokens);
        }
        return hidden;
    }

    /**
     * The last hidden state of the first token alone, which spares the last layer the others.
     *
     * @return float32 {@code [batch, channels]}
     */
    public Value applyToFirst(Value x, TokenShape tokens) {
        int last = sizes.layers() - 1;
        return block().applyToFirst(layer(last), states(x, tokens, last).get(last), tokens);
    }

    /** The hidden states: {@code x}, then what each of the first {@code count} layers makes of the one before. */
    public List<Value> states(Value x, TokenShape tokens, int count) {
        List<Value> states = new ArrayList<>(List.of(x));
        for (int i = 0; i < count; i++) {
            states.add(block().apply(layer(i), states.get(i), tokens));
        }
        return states;
    }

    /** What the first {@code count} layers make of {@code x}, for pictures of which some hide tokens. */
    public Value state(Value x, TokenShape tokens, PartlyShown pictures, int count) {
        Value hidden = x;
        for (int i = 0; i < count; i++) {
            hidden = block().apply(layer(i), hidden, tokens, pictures);
        }
        return hidden;
    }

    private Scope layer(int index) {
        return graph.layer(list, index);
    }

    private ClipBlock block() {
        graph.ops().graph().uses("clip-layers", REVISION);
        return new ClipBlock(
                sizes.channels(), sizes.heads(), sizes.inner(), sizes.activation(), sizes.epsilon(), rotary);
    }
}
