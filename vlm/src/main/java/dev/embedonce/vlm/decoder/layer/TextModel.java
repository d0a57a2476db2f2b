package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.prompt.Prompt.How;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A language model: an embedding table, a list of layers, a norm, an LM head. Immutable.
 *
 * @param hiddenSize channels of the hidden states
 * @param vocabulary how many token ids have a logit
 * @param contextTokens the most positions the model was made for
 * @param embedding of token ids
 * @param layers in order
 * @param injections where features enter after the embeddings
 * @param norm the final norm, after all layers
 * @param head makes logits
 */
public record TextModel(
        int hiddenSize,
        int vocabulary,
        int contextTokens,
        Embedding embedding,
        List<DecoderLayer> layers,
        Set<Injection> injections,
        ChannelNorm norm,
        Head head) {

    /**
     * The embedding table.
     *
     * @param scale what token embeddings are multiplied by; features are not
     * @param extraTokens rows that the table has beyond the vocabulary, for tokens that occur in prompts and are never
     *     generated
     */
    public record Embedding(float scale, int extraTokens) {
        public static final Embedding PLAIN = new Embedding(1, 0);
    }

    /**
     * The LM head.
     *
     * @param tied whether it is the embedding table
     * @param scale what logits are multiplied by
     * @param softcap logits x become {@code softcap * tanh(x / softcap)}; 0 for no such cap
     */
    public record Head(boolean tied, float scale, float softcap) {
        /** Logits as they are. */
        public static Head plain(boolean tied) {
            return new Head(tied, 1, 0);
        }
    }

    /**
     * Features of pictures that enter before a layer.
     *
     * @param layer its number, from 1 on; the number of layers means before the final norm
     * @param how {@link How#ADD} or {@link How#REPLACE}
     */
    public record Injection(int layer, How how) {
        public Injection {
            if (layer < 1 || how == How.REPLACE_BEFORE_SCALING) {
                throw new IllegalArgumentException(how + " in front of layer " + layer);
            }
        }
    }

    public TextModel {
        layers = List.copyOf(layers);
        injections = Set.copyOf(injections);
    }

    /** The same model with features added after its first layers (deepstack). */
    public TextModel withDeepstack(int levels) {
        Set<Injection> all = new HashSet<>();
        for (int level = 1; level <= levels; level++) {
            all.add(new Injection(level, How.ADD));
        }
        return new TextModel(hiddenSize, vocabulary, contextTokens, embedding, layers, all, norm, head);
    }

    /** Where features enter before a layer, in the order of {@link How}. */
    public List<Injection> injections(int layer) {
        return injections.stream()
                .filter(injection -> injection.layer == layer)
                .sorted(Comparator.comparing(Injection::how))
                .toList();
    }

    /** What all layers keep for a sequence. */
    public List<LayerState> states() {
        List<LayerState> states = new ArrayList<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            states.addAll(layers.get(layer).states(layer));
        }
        return states;
    }

    /** The inputs of all layers, each once. */
    public List<StepInput> inputs() {
        return layers.stream()
                .flatMap(layer -> layer.inputs().stream())
                .distinct()
                .toList();
    }

    /** How many tokens a sequence has at most before all that is cached of it must be computed anew. */
    public int mostTokens() {
        return inputs().stream().mapToInt(StepInput::mostTokens).min().orElse(Integer.MAX_VALUE);
    }

    /** The tables in which layers look up vectors, each once. */
    public List<TokenTable> tables() {
        return layers.stream()
                .flatMap(layer -> layer.tables().stream())
                .distinct()
                .toList();
    }

    /**
     * Returns the graph inputs of a run.
     *
     * @throws IllegalStateException if two different inputs have one name
     */
    public Map<String, Tensor> feeds(Step step) {
        Map<String, Tensor> all = new HashMap<>();
        for (StepInput input : inputs()) {
            Map<String, Tensor> own = new HashMap<>();
            input.feed(step, own);
            own.forEach((name, tensor) -> {
                if (all.put(name, tensor) != null) {
                    throw new IllegalStateException("two inputs of the layers are called " + name);
                }
            });
        }
        return all;
    }

    /** The cross-attention layers, by number. */
    public Map<Integer, CrossAttention> crossAttention() {
        Map<Integer, CrossAttention> found = new TreeMap<>();
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i) instanceof CrossAttention layer) {
                found.put(i, layer);
            }
        }
        return found;
    }
}
