package dev.embedonce.image.process;

import dev.embedonce.image.resize.ResampleFilter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The image processor classes of transformers that are understood, with their defaults. */
// Source: transformers 5.23, models/*/image_processing_pil_*.py
enum HfProcessorClass {
    VIT("ViT", ResampleFilter.BILINEAR, ImageNorm.HALF, "{\"height\":224,\"width\":224}", true, 0, false),
    CLIP("CLIP", ResampleFilter.BICUBIC, ImageNorm.CLIP, "{\"shortest_edge\":224}", false, 224, true),
    /** Like CLIP, but with {@code do_pad} it first centres the picture on a square of the mean colour. */
    LLAVA("Llava", ResampleFilter.BICUBIC, ImageNorm.CLIP, "{\"shortest_edge\":224}", false, 224, true),
    CHINESE_CLIP("ChineseCLIP", ResampleFilter.BICUBIC, ImageNorm.CLIP, "{\"shortest_edge\":224}", false, 224, true),
    SIGLIP("Siglip", ResampleFilter.BICUBIC, ImageNorm.HALF, "{\"height\":224,\"width\":224}", false, 0, true),
    /** NaFlex: as many whole patches as are allowed, in the picture's own shape. Its tower needs no padding from us. */
    SIGLIP2("Siglip2", ResampleFilter.BILINEAR, ImageNorm.HALF, "", false, 0, false),
    DEIT("DeiT", ResampleFilter.BICUBIC, ImageNorm.HALF, "{\"height\":256,\"width\":256}", true, 224, false),
    BEIT("Beit", ResampleFilter.BICUBIC, ImageNorm.HALF, "{\"height\":224,\"width\":224}", true, 0, false),
    BIT("Bit", ResampleFilter.BICUBIC, ImageNorm.CLIP, "{\"shortest_edge\":224}", false, 224, true),
    /** Published for torchvision only, which rescales to float32 before it resizes. */
    DINOV3("DINOv3ViT", ResampleFilter.BILINEAR, ImageNorm.IMAGENET, "{\"height\":224,\"width\":224}", true, 0, false),
    BLIP("Blip", ResampleFilter.BICUBIC, ImageNorm.CLIP, "{\"height\":384,\"width\":384}", true, 0, true),
    CONVNEXT("ConvNext", ResampleFilter.BICUBIC, ImageNorm.HALF, "{\"shortest_edge\":384}", false, 0, false),
    EFFICIENTNET(
            "EfficientNet", ResampleFilter.BICUBIC, ImageNorm.HALF, "{\"height\":346,\"width\":346}", true, 0, false);

    private static final String SUFFIX = "ImageProcessor";

    private final String prefix;
    final ResampleFilter resample;

    @SuppressWarnings("ImmutableEnumChecker") // of copied lists
    final ImageNorm norm;

    /** JSON, as in a configuration. */
    final String size;

    final boolean defaultToSquare;
    /** Side of the crop; 0 if the class crops only when told to. */
    final int centreCrop;

    final boolean convertRgb;

    HfProcessorClass(
            String prefix,
            ResampleFilter resample,
            ImageNorm norm,
            String size,
            boolean defaultToSquare,
            int centreCrop,
            boolean convertRgb) {
        this.prefix = prefix;
        this.resample = resample;
        this.norm = norm;
        this.size = size;
        this.defaultToSquare = defaultToSquare;
        this.centreCrop = centreCrop;
        this.convertRgb = convertRgb;
    }

    /** A word for labels, such as {@code clip}. */
    String label() {
        return prefix.toLowerCase(Locale.ROOT);
    }

    /** Whether the class resizes float32 samples instead of 8-bit ones. */
    boolean resizesFloats() {
        return this == DINOV3;
    }

    /** Whether {@code do_pad} makes the picture square, before anything else is done. */
    boolean padsToSquare() {
        return this == LLAVA;
    }

    /** Whether the class pads the result when told to; the others ignore the request. */
    boolean pads() {
        return !padsToSquare() && this != SIGLIP2 && this != BEIT && this != CONVNEXT && this != EFFICIENTNET;
    }

    /** The class called {@code name}, with or without {@code Fast} or {@code Pil}, or by its old name. */
    static @Nullable HfProcessorClass ofName(String name) {
        String base = name.endsWith("Fast") ? name.substring(0, name.length() - 4) : name;
        base = base.endsWith("Pil") ? base.substring(0, base.length() - 3) : base;
        base = base.replace("FeatureExtractor", SUFFIX);
        for (HfProcessorClass candidate : values()) {
            if (base.equals(candidate.prefix + SUFFIX)) {
                return candidate;
            }
        }
        return null;
    }

    /** The class that transformers uses for {@code model_type} if the processor's configuration names none. */
    static @Nullable HfProcessorClass ofModelType(String modelType) {
        return switch (modelType) {
            case "vit", "vit_mae", "vit_msn", "ijepa", "swin", "swinv2", "dinat", "swiftformer" -> VIT;
            case "clip", "aimv2", "aimv2_vision_model", "altclip", "metaclip_2", "mlcd", "groupvit" -> CLIP;
            case "chinese_clip" -> CHINESE_CLIP;
            case "siglip" -> SIGLIP;
            case "siglip2" -> SIGLIP2;
            case "deit" -> DEIT;
            case "beit", "data2vec-vision" -> BEIT;
            case "bit", "dinov2", "dinov2_with_registers", "focalnet", "hiera", "pixio" -> BIT;
            case "dinov3_vit" -> DINOV3;
            case "blip", "blip-2" -> BLIP;
            case "convnext", "convnextv2", "resnet", "regnet", "cvt" -> CONVNEXT;
            case "efficientnet", "align" -> EFFICIENTNET;
            default -> null;
        };
    }
}
