package dev.embedonce.vlm.family.mllama;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * All tiles of a picture together, unused ones too: a transformer, and a second one with gates; its result is
 * concatenated with the hidden states after some layers of the first (taken after the layer, as transformers 4.57 and
 * 5.23 do and 4.50 does not). Unused tiles are kept, since text tokens before the first picture attend to them.
 *
 * <p>Each tile is padded with tokens to a multiple of 8. Those and the unused tiles attend to the tokens of pictures
 * only, and not to each other; the tokens of pictures attend to all. So the tokens of pictures are put first, and
 * attention is computed in two parts without a mask.
 */
// Source: transformers 5.23, models/mllama/modeling_mllama.py, MllamaVisionModel, _prepare_aspect_ratio_attention_mask
final class MllamaVision {
    private static final int REVISION = 1;
    private static final int FILLED_TO = 8;
    private static final double OUTER_EPSILON = 1e-5;
    private static final List<Integer> INTERMEDIATE = List.of(3, 7, 15, 23, 30);
    private static final String FIRST = "first_tokens";
    private static final String REST = "rest_tokens";
    private static final String BACK = "back";

    private static final List<NameLayout> LAYOUTS = List.of(NameLayout.canonical(), NameLayout.prefixed("model."));

    private final TowerBuilder builder;
    private final Ops ops;
    private final int channels;
    private final int heads;
    private final int inner;
    private final Activation activation;
    private final double epsilon;
    private final int tiles;
    private final int ratios;
    private final int tokens;

    private MllamaVision(TowerBuilder builder, ModelConfig config, int tiles, int tokens) {
        this.builder = builder;
        this.ops = builder.ops();
        this.channels = config.positive("hidden_size", 1280);
        this.heads = config.positive(config.has("num_attention_heads") ? "num_attention_heads" : "attention_heads", 16);
        this.inner = config.positive("intermediate_size", 5120);
        this.activation = config.activation("hidden_act", Activation.GELU);
        this.epsilon = config.number("norm_eps", 1e-5);
        this.tiles = tiles;
        this.ratios = arrangements(tiles) + 1;
        this.tokens = tokens;
    }

    private static int arrangements(int tiles) {
        int count = 0;
        for (int rows = 1; rows <= tiles; rows++) {
            count += tiles / rows;
        }
        return count;
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, int tileSize, int maxTiles) {
        ModelConfig all = files.config().recordedBy(new ConfigRecord());
        ModelConfig config = all.object("vision_config");
        config.oneOf("model_type", "mllama_vision_model");
        config.requireOnly("num_channels", 3);
        config.requireOnly("image_size", tileSize);
        config.requireOnly("max_num_tiles", maxTiles);
        int patch = config.side("patch_size", 14);
        int side = tileSize / patch;
        TowerBuilder builder = new TowerBuilder(
                "mllama.vision",
                REVISION,
                all,
                files,
                options,
                LAYOUTS,
                "vision_model.patch_embedding.weight",
                "multi_modal_projector.weight");
        MllamaVision vision = new MllamaVision(builder, config, maxTiles, side * side + 1);
        int hidden = all.object("text_config").positive("hidden_size", 4096);
        vision.build(config, tileSize, patch, hidden);
        return builder.open(image -> feeds(image, vision.tokens));
    }

    private void build(ModelConfig config, int tileSize, int patch, int hidden) {
        Value pixels = ops.graph()
                .input(
                        MllamaProcessor.PIXEL_VALUES,
                        TensorType.F32,
                        Dim.free("batch"),
                        Dim.of(tiles),
                        Dim.of(3),
                        Dim.of(tileSize),
                        Dim.of(tileSize));
        Value ratio =
                ops.reshape(ops.graph().input(MllamaProcessor.RATIO, TensorType.I64, Dim.free("batch"), Dim.of(1)), -1);
        Value first = order(FIRST);
        Value rest = order(REST);
        Scope model = builder.root().at("vision_model");
        int filled = (tokens + FILLED_TO - 1) / FILLED_TO * FILLED_TO;
        Value x = embed(model, ops.reshape(pixels, -1, 3, tileSize, tileSize), ratio, patch);
        x = Norm.layer(model.at("layernorm_pre"), x, channels, OUTER_EPSILON);
        Value sorted = ops.gather(padded(x, filled), ops.concat(0, first, rest), 1);
        TokenShape shape = TokenShape.of(ops, sorted);
        Value parts = ops.concat(0, ops.shape(first), ops.shape(rest));
        Value back = order(BACK);

        List<Integer> wanted = config.integers("intermediate_layers_indices", INTERMEDIATE);
        List<Value> kept = new ArrayList<>();
        int layers = config.positive("num_hidden_layers", 32);
        Value states = shape.flat(sorted, channels);
        for (int i = 0; i < layers; i++) {
            states = layer("vision_model.transformer.layers", i, states, shape, parts, false);
            kept.add(states);
        }
        if (wanted.isEmpty() || wanted.stream().anyMatch(level -> level < 0 || level >= layers)) {
            throw config.refused("intermediate_layers_indices", "some of the " + layers + " layers");
        }
        states = Norm.layer(model.at("layernorm_post"), states, channels, OUTER_EPSILON);
        Value post = gatedTiles(model.at("post_tile_positional_embedding"), ratio, 1);
        Value spread = ops.reshape(ops.expand(post, ops.graph().constant(1, tiles, filled, channels)), 0, -1, channels);
        states = ops.add(shape.batched(states), ops.gather(spread, ops.concat(0, first, rest), 1));
        states = shape.flat(states, channels);
        int globalLayers = config.positive("num_global_layers", 8);
        for (int i = 0; i < globalLayers; i++) {
            states = layer("vision_model.global_transformer.layers", i, states, shape, parts, true);
        }
        List<Value> levels = wanted.stream()
                .map(level -> ops.unsqueeze(picked(kept.get(level), shape, back), 3))
                .toList();
        int outputs = channels * (1 + wanted.size());
        config.requireOnly("vision_output_dim", outputs);
        Value together =
                ops.reshape(ops.concat(3, levels.toArray(Value[]::new)), 0, 0, (long) channels * wanted.size());
        Value result = ops.concat(2, picked(states, shape, back), together);
        TokenShape last = TokenShape.of(ops, result);
        Linear projector = Linear.of(builder.root().at("multi_modal_projector"), outputs, hidden, true);
        builder.output(VisionFeatures.FEATURES, last.batched(projector.apply(last.flat(result, outputs))), hidden);
    }

    /** Pictures that run together have the same number of used tiles, and so the same order: the first one's. */
    private Value order(String name) {
        Value all = ops.graph().input(name, TensorType.I64, Dim.free("batch"), Dim.free(name));
        return ops.reshape(ops.slice(all, 0, 0, 1), -1);
    }

    /**
     * The states of tokens in the order of tiles, without padding: {@code [batch, tiles * tokens, channels]}.
     */
    private Value picked(Value states, TokenShape shape, Value back) {
        return ops.gather(shape.batched(states), back, 1);
    }

    /**
     * Patches with a class token, and the positions of tiles and of tokens in them.
     *
     * @param pixels float32 [batch * tiles, 3, size, size]
     * @return float32 [batch, tiles, tokens, channels]
     */
    private Value embed(Scope model, Value pixels, Value ratio, int patch) {
        PatchGrid grid = PatchGrid.embed(model, pixels, "patch_embedding.weight", null, 3, channels, patch);
        Value patches = ops.reshape(grid.tokens(), -1, tiles, tokens - 1, channels);
        patches = ops.add(patches, gatedTiles(model.at("pre_tile_positional_embedding"), ratio, 1));
        Value classToken = model.view(model.tensor("class_embedding", channels), 1, 1, channels);
        Value x = PatchGrid.prepend(ops, classToken, 1, channels, ops.reshape(patches, -1, tokens - 1, channels));
        Scope positions = model.at("gated_positional_embedding");
        Value gate = ops.tanh(positions.weight("gate", 1));
        Value inTile = ops.mul(
                positions.weight("embedding", tokens, channels),
                ops.sub(ops.graph().scalar(1f), gate));
        x = ops.reshape(ops.add(x, inTile), -1, tiles, tokens, channels);
        return ops.add(x, tiles(positions, "tile_embedding.weight", ratio, tokens, gate));
    }

    private Value gatedTiles(Scope scope, Value ratio, int rows) {
        return tiles(scope, "embedding.weight", ratio, rows, ops.tanh(scope.weight("gate", 1)));
    }

    /** The positions of the tiles of an arrangement, through a gate: float32 [batch, tiles, rows, channels]. */
    private Value tiles(Scope scope, String name, Value ratio, int rows, Value gate) {
        long width = (long) tiles * rows * channels;
        Value table = ops.graph().external(scope.tensor(name, ratios, width));
        Value picked = ops.graph().asFloat32(ops.gather(table, ratio, 0));
        return ops.mul(ops.reshape(picked, -1, tiles, rows, channels), gate);
    }

    /** The tokens of each tile, padded with zeros: {@code [batch, tiles * filled, channels]}. */
    private Value padded(Value x, int filled) {
        long[] pads = {0, 0, 0, 0, 0, 0, (long) filled - tokens, 0};
        Value padded = ops.graph().op("Pad", x, ops.graph().constant(pads)).output();
        return ops.reshape(padded, 0, -1, channels);
    }

    private Value layer(String list, int index, Value x, TokenShape shape, Value parts, boolean gated) {
        Scope norms = builder.root().at(list, index);
        Scope layer = builder.layer(list, index);
        Value normed = Norm.layer(norms.at("input_layernorm"), x, channels, epsilon);
        Value mixed = attention(layer.at("self_attn"), normed, shape, parts);
        Value middle = ops.add(x, gated ? ops.mul(mixed, ops.tanh(norms.weight("gate_attn", 1))) : mixed);
        Scope mlp = layer.at("mlp");
        Value out = Mlp.plain(
                Linear.of(mlp.at("fc1"), channels, inner, true),
                activation,
                Linear.of(mlp.at("fc2"), inner, channels, true),
                Norm.layer(norms.at("post_attention_layernorm"), middle, channels, epsilon));
        return ops.add(middle, gated ? ops.mul(out, ops.tanh(norms.weight("gate_ffn", 1))) : out);
    }

    /** The first part attends to all, the rest to the first part. */
    private Value attention(Scope scope, Value x, TokenShape shape, Value parts) {
        Value q = projected(scope, "q_proj", x, shape);
        Value k = projected(scope, "k_proj", x, shape);
        Value v = projected(scope, "v_proj", x, shape);
        List<Value> queries = halves(q, parts);
        Value first = ops.multiHeadAttention(queries.get(0), k, v, heads, null, false);
        Value rest = ops.multiHeadAttention(
                queries.get(1), halves(k, parts).get(0), halves(v, parts).get(0), heads, null, false);
        return Linear.of(scope.at("o_proj"), channels, channels, false)
                .apply(shape.flat(ops.concat(1, first, rest), channels));
    }

    private Value projected(Scope scope, String name, Value x, TokenShape shape) {
        return shape.batched(
                Linear.of(scope.at(name), channels, channels, false).apply(x));
    }

    private List<Value> halves(Value x, Value parts) {
        return ops.graph().op("Split", x, parts).with("axis", 1).outputs(2);
    }

    /** The picture's inputs, and the order of tokens that its tiles make. */
    private static Map<String, Tensor> feeds(ProcessedImage image, int tokens) {
        LongBuffer used = image.layout(MllamaProcessor.TILES).longs();
        int tiles = used.limit();
        int filled = (tokens + FILLED_TO - 1) / FILLED_TO * FILLED_TO;
        List<Long> first = new ArrayList<>();
        List<Long> rest = new ArrayList<>();
        for (int tile = 0; tile < tiles; tile++) {
            for (int token = 0; token < filled; token++) {
                (used.get(tile) != 0 && token < tokens ? first : rest).add((long) tile * filled + token);
            }
        }
        long[] place = new long[tiles * filled];
        for (int i = 0; i < place.length; i++) {
            long token = i < first.size() ? first.get(i) : rest.get(i - first.size());
            place[(int) token] = i;
        }
        long[] back = LongStream.range(0, (long) tiles * tokens)
                .map(i -> place[(int) (i / tokens * filled + i % tokens)])
                .toArray();
        Map<String, Tensor> feeds = new HashMap<>(image.inputs());
        feeds.put(MllamaProcessor.RATIO, image.layout(MllamaProcessor.RATIO));
        feeds.put(FIRST, longs(first));
        feeds.put(REST, longs(rest));
        feeds.put(BACK, Tensor.ofLongs(back, back.length));
        return feeds;
    }

    private static Tensor longs(List<Long> values) {
        return Tensor.ofLongs(values.stream().mapToLong(Long::longValue).toArray(), values.size());
    }
}
