package dev.embedonce.image.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.resize.ResampleFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the image processor settings of a Hugging Face model directory: ViT, CLIP, Chinese-CLIP, SigLIP, SigLIP2,
 * LLaVA, DeiT, BEiT, BiT and DINOv2, DINOv3, BLIP, ConvNeXt, EfficientNet. The arithmetic is that of the PIL
 * processors; DINOv3 has only a torchvision one, which ours equals to float32 rounding. A class or setting that is not
 * known is refused by name: ignoring it would silently change pixels.
 */
public final class HfImageProcessors {
    private static final String PREPROCESSOR = "preprocessor_config.json";
    private static final String PROCESSOR = "processor_config.json";
    private static final Set<String> HARMLESS = Set.of(
            "_name_or_path",
            "_processor_class",
            "_valid_kwargs_names",
            "_valid_processor_keys",
            "device",
            "disable_grouping",
            "do_reduce_labels",
            "feature_extractor_type",
            "image_processor_type",
            "image_seq_length",
            "processor_class",
            "reduce_labels",
            "return_tensors",
            "tokenizer_class",
            "transformers_version");
    /** Settings that other classes act on: accepted only when they are off. */
    private static final Set<String> MUST_BE_OFF = Set.of(
            "auto_map",
            "do_flip_channel_order",
            "do_thumbnail",
            "do_align_long_axis",
            "max_size",
            "padding_mode",
            "size_divisor",
            "use_square_size");

    private HfImageProcessors() {}

    /**
     * Reads the processor of the model in {@code directory}, which may hold nothing but its JSON files.
     *
     * @throws ModelLoadException if there is no processor configuration, or it is not understood; the message names
     *     file and setting
     */
    public static ImageProcessor read(Path directory, PixelOptions options) {
        String modelType = null;
        Path config = directory.resolve("config.json");
        if (Files.isRegularFile(config)) {
            JsonNode node = load(config).get("model_type");
            modelType = node == null ? null : node.asText();
        }
        Path nested = directory.resolve(PROCESSOR);
        if (Files.isRegularFile(nested)) {
            JsonNode node = load(nested).get("image_processor");
            if (node != null) {
                return build(new HfConfig(nested + " \"image_processor\"", node), modelType, options);
            }
        }
        Path plain = directory.resolve(PREPROCESSOR);
        if (!Files.isRegularFile(plain)) {
            throw new ModelLoadException(directory + ": has no " + PREPROCESSOR);
        }
        return build(new HfConfig(plain.toString(), load(plain)), modelType, options);
    }

    /**
     * Reads the text of a {@code preprocessor_config.json}.
     *
     * @param modelType {@code model_type} of the model's {@code config.json}; decides the class if the text names none
     * @throws ModelLoadException if the text is not understood
     */
    public static ImageProcessor parse(String json, @Nullable String modelType, PixelOptions options) {
        return build(new HfConfig(PREPROCESSOR, HfConfig.parse(PREPROCESSOR, json)), modelType, options);
    }

    private static JsonNode load(Path file) {
        try {
            return HfConfig.parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read", e);
        }
    }

    private static ImageProcessor build(HfConfig config, @Nullable String modelType, PixelOptions options) {
        HfProcessorClass type = type(config, modelType);
        PixelSettings pixels = PixelSettings.read(config, options, type.resample, type.norm, type.convertRgb);
        ImageProcessor.Builder builder = ImageProcessor.builder()
                .label(type.label())
                .options(options)
                .alpha(pixels.alpha())
                .math(type == HfProcessorClass.EFFICIENTNET ? efficientNet(config, pixels.math()) : pixels.math());
        resize(builder, config, type, pixels.filter());
        crop(builder, config, type);
        pad(builder, config, type);
        config.harmless(HARMLESS);
        for (String key : MUST_BE_OFF) {
            config.refuseUnless(key, Set.of());
        }
        config.refuseUnless("data_format", Set.of("channels_first"));
        config.refuseUnless("input_data_format", Set.of());
        config.refuseUnread();
        return builder.build();
    }

    private static HfProcessorClass type(HfConfig config, @Nullable String modelType) {
        String name = config.text("image_processor_type");
        if (name == null) {
            name = config.text("feature_extractor_type");
        }
        if (name == null) {
            HfProcessorClass type = modelType == null ? null : HfProcessorClass.ofModelType(modelType);
            if (type == null) {
                throw new ModelLoadException(config.source()
                        + ": names no \"image_processor_type\", and none is known for " + "model_type " + modelType);
            }
            return type;
        }
        HfProcessorClass type = HfProcessorClass.ofName(name);
        if (type == null) {
            throw new ModelLoadException(config.source() + ": image processor class \"" + name + "\" is not supported");
        }
        return type;
    }

    private static void resize(
            ImageProcessor.Builder builder, HfConfig config, HfProcessorClass type, ResampleFilter filter) {
        if (type == HfProcessorClass.SIGLIP2) {
            builder.resize(patches(config), filter);
            return;
        }
        boolean square = config.flag("default_to_square", type.defaultToSquare);
        JsonNode size = config.get("size");
        ResizeRule rule =
                HfSizes.rule(config, "size", size == null ? HfConfig.parse("default", type.size) : size, square);
        double cropPct = type == HfProcessorClass.CONVNEXT ? config.number("crop_pct", 224.0 / 256) : 1;
        if (!config.flag("do_resize", true)) {
            return;
        }
        if (type == HfProcessorClass.CONVNEXT) {
            resizeConvNext(builder, config, rule, cropPct, filter);
        } else if (type.resizesFloats()) {
            if (filter != ResampleFilter.BILINEAR && filter != ResampleFilter.BICUBIC) {
                throw new ModelLoadException(
                        config.source() + ": \"resample\": " + filter + " is not supported with this class");
            }
            builder.resize(rule, filter).floatResize();
        } else {
            builder.resize(rule, filter);
        }
    }

    /** The class ignores a size. */
    private static ResizeRule.Patches patches(HfConfig config) {
        config.harmless(Set.of("size", "default_to_square"));
        if (!config.flag("do_resize", true)) {
            throw new ModelLoadException(config.source() + ": \"do_resize\": false is not supported with this class");
        }
        try {
            return new ResizeRule.Patches(config.integer("patch_size", 16), config.integer("max_num_patches", 256));
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(
                    config.source() + ": \"patch_size\" and \"max_num_patches\" must be positive", e);
        }
    }

    /**
     * Below 384 the picture is resized a little larger than wanted and cropped; from 384 on it is squeezed into a
     * square.
     */
    private static void resizeConvNext(
            ImageProcessor.Builder builder, HfConfig config, ResizeRule rule, double cropPct, ResampleFilter filter) {
        if (!(rule instanceof ResizeRule.ShortestEdge shortest)) {
            throw new ModelLoadException(config.source() + ": \"size\": this class needs a shortest_edge");
        }
        if (!(cropPct > 0 && cropPct <= 1)) {
            throw new ModelLoadException(config.source() + ": \"crop_pct\": expected up to 1, found " + cropPct);
        }
        int side = shortest.pixels();
        if (side < 384) {
            builder.resize(new ResizeRule.ShortestEdge((int) (side / cropPct)), filter)
                    .centreCrop(side, side);
        } else {
            builder.resize(new ResizeRule.Exact(side, side), filter);
        }
    }

    private static void crop(ImageProcessor.Builder builder, HfConfig config, HfProcessorClass type) {
        JsonNode size = config.get("crop_size");
        if (!config.flag("do_center_crop", type.centreCrop > 0)) {
            return;
        }
        if (type == HfProcessorClass.CONVNEXT) {
            throw new ModelLoadException(
                    config.source() + ": \"do_center_crop\": true is not supported with this class");
        }
        if (size == null
                && type.centreCrop == 0
                && type != HfProcessorClass.BEIT
                && type != HfProcessorClass.EFFICIENTNET) {
            throw new ModelLoadException(config.source() + ": \"do_center_crop\" is true but \"crop_size\" is missing");
        }
        int side = type == HfProcessorClass.EFFICIENTNET ? 289 : 224;
        ResizeRule.Exact crop =
                size == null ? new ResizeRule.Exact(side, side) : HfSizes.exact(config, "crop_size", size);
        builder.centreCrop(crop.height(), crop.width());
    }

    private static void pad(ImageProcessor.Builder builder, HfConfig config, HfProcessorClass type) {
        JsonNode size = config.get("pad_size");
        if (!config.flag("do_pad", false)) {
            return;
        }
        if (type.padsToSquare()) {
            if (size != null) {
                throw new ModelLoadException(config.source() + ": \"pad_size\" is not supported with this class");
            }
            try {
                builder.padToSquare(SquarePadding.ofMean(config.channels("image_mean", type.norm.mean())));
            } catch (IllegalArgumentException e) {
                throw new ModelLoadException(config.source() + ": \"image_mean\" is no colour to pad with", e);
            }
            return;
        }
        if (!type.pads() || size == null) {
            throw new ModelLoadException(config.source() + ": \"do_pad\": true is not supported "
                    + (size == null ? "without \"pad_size\"" : "with this class"));
        }
        ResizeRule.Exact pad = HfSizes.exact(config, "pad_size", size);
        builder.padTo(pad.height(), pad.width());
    }

    private static ChannelMath efficientNet(HfConfig config, ChannelMath math) {
        boolean minusOne = config.flag("rescale_offset", false) && config.flag("do_rescale", true);
        ChannelMath offset = minusOne ? math.minusOne() : math;
        if (!config.flag("include_top", true)) {
            return offset;
        }
        try {
            return offset.dividedAgain(
                    PixelSettings.array(config.channels("image_std", HfProcessorClass.EFFICIENTNET.norm.std())));
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(config.source() + ": \"image_std\": " + e.getMessage(), e);
        }
    }
}
