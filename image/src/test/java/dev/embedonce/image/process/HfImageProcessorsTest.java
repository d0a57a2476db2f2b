package dev.embedonce.image.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.resize.PillowProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HfImageProcessorsTest {
    /** As published with openai/clip-vit-base-patch32. */
    private static final String OLD_CLIP = """
            {"crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true,
             "feature_extractor_type": "CLIPFeatureExtractor",
             "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711],
             "resample": 3, "size": 224}""";
    /** As saved by later versions. */
    private static final String NEW_CLIP = """
            {"image_processor_type": "CLIPImageProcessorFast", "size": {"shortest_edge": 224}, "resample": 3,
             "crop_size": {"height": 224, "width": 224}, "do_center_crop": true, "do_convert_rgb": true,
             "do_normalize": true, "do_rescale": true, "do_resize": true, "rescale_factor": 0.00392156862745098,
             "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711],
             "processor_class": "CLIPProcessor", "data_format": "channels_first", "size_divisor": null, "do_pad": null,
             "_valid_processor_keys": ["images"], "input_data_format": null, "device": null}""";

    private static final PixelOptions OPTIONS = PixelOptions.defaults();

    private static ImageProcessor parse(String json) {
        return HfImageProcessors.parse(json, null, OPTIONS);
    }

    @Test
    void parse_sameSettingsWrittenDifferently_haveOneVersion() {
        assertThat(parse(OLD_CLIP).preprocVersion()).isEqualTo(parse(NEW_CLIP).preprocVersion());
        assertThat(parse("{\"image_processor_type\": \"CLIPImageProcessor\"}").preprocVersion())
                .isEqualTo(parse(NEW_CLIP).preprocVersion());
        assertThat(HfImageProcessors.parse("{}", "clip", OPTIONS).preprocVersion())
                .isEqualTo(parse(NEW_CLIP).preprocVersion());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"resample\": 3|\"resample\": 2",
                "0.48145466|0.4814548",
                "0.27577711|0.2757",
                "\"do_center_crop\": true|\"do_center_crop\": false",
                "\"do_normalize\": true|\"do_normalize\": false",
                "\"do_rescale\": true|\"do_rescale\": false",
                "\"do_resize\": true|\"do_resize\": false",
                "\"do_convert_rgb\": true|\"do_convert_rgb\": false",
                "0.00392156862745098|0.003921568627451",
                "{\"shortest_edge\": 224}|{\"shortest_edge\": 225}",
                "{\"shortest_edge\": 224}|{\"height\": 224, \"width\": 224}",
                "{\"height\": 224, \"width\": 224}|{\"height\": 224, \"width\": 223}"
            })
    void parse_oneSettingChanged_changesTheVersion(String from, String to) {
        String changed = NEW_CLIP.replace(from, to);
        assertThat(changed).isNotEqualTo(NEW_CLIP);
        assertThat(parse(changed).preprocVersion()).isNotEqualTo(parse(NEW_CLIP).preprocVersion());
    }

    @Test
    void parse_options_arePartOfTheVersionButTheLimitIsNot() {
        String version = parse(NEW_CLIP).preprocVersion();
        assertThat(version)
                .startsWith("clip/s224-c224/hf-pil/pillow-13/exif-apply/over-white@sha256:")
                .matches(".*@sha256:[0-9a-f]{64}");
        assertThat(version(OPTIONS.withProfile(PillowProfile.PILLOW_12))).isNotEqualTo(version);
        assertThat(version(OPTIONS.withExif(ExifPolicy.IGNORE))).isNotEqualTo(version);
        assertThat(version(OPTIONS.withAlpha(AlphaPolicy.DROP))).isNotEqualTo(version);
        assertThat(version(OPTIONS.withMaxPixels(1000))).isEqualTo(version);
    }

    private static String version(PixelOptions options) {
        return HfImageProcessors.parse(NEW_CLIP, null, options).preprocVersion();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"image_processor_type\": \"Qwen2VLImageProcessor\"}|class \"Qwen2VLImageProcessor\" is not supported",
                "{\"image_processor_type\": \"FuyuImageProcessor\"}|class \"FuyuImageProcessor\" is not supported",
                "{\"image_processor_type\": \"Siglip2ImageProcessor\", \"max_num_patches\": 0}|\"max_num_patches\" must be",
                "{\"image_processor_type\": \"CLIPImageProcessor\", \"do_magic\": true}|unknown setting \"do_magic\": true",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"crop_pct\": 0.9}|unknown setting \"crop_pct\": 0.9",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"size\": {\"longest_edge\": 9}}|\"size\": expected",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"size\": \"big\"}|\"size\": expected",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"size\": 0}|\"size\": expected sizes from 1",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"size\": 22.5}|\"size\": expected a whole number",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"resample\": 9}|\"resample\": unknown resample filter 9",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"do_resize\": 1}|\"do_resize\": expected true or false",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"image_mean\": [1, 2]}|\"image_mean\": expected three numbers",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"image_std\": [0, 1, 1]}|a standard deviation is zero",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"do_center_crop\": true}|\"crop_size\" is missing",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"do_pad\": true}|\"do_pad\": true is not supported without",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"use_square_size\": true}|\"use_square_size\": true is not",
                "{\"image_processor_type\": \"ViTImageProcessor\", \"data_format\": \"channels_last\"}|\"data_format\": \"chan",
                "{\"image_processor_type\": \"ConvNextImageProcessor\", \"size\": {\"height\": 9, \"width\": 9}}|needs a shortest",
                "{\"size\": 224}|names no \"image_processor_type\"",
                "[1]|expected a JSON object",
                "{\"size\":|not JSON"
            })
    void parse_notUnderstood_isRefusedByName(String json, String message) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("preprocessor_config.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ViT",
                "DINOv3ViT",
                "CLIP",
                "Siglip",
                "Siglip2",
                "DeiT",
                "Beit",
                "Bit",
                "ConvNext",
                "EfficientNet",
                "Blip",
                "ChineseCLIP",
                "Llava"
            })
    void parse_allNamesOfAClass_areTheSame(String prefix) {
        String plain = parse("{\"image_processor_type\": \"" + prefix + "ImageProcessor\"}")
                .preprocVersion();
        for (String name : new String[] {"ImageProcessorFast", "ImageProcessorPil", "FeatureExtractor"}) {
            assertThat(parse("{\"image_processor_type\": \"" + prefix + name + "\"}")
                            .preprocVersion())
                    .isEqualTo(plain);
        }
    }

    @Test
    void read_directory_prefersTheNestedConfiguration(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> HfImageProcessors.read(directory, OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("preprocessor_config.json");
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"dinov2\"}");
        Files.writeString(directory.resolve("preprocessor_config.json"), "{\"size\": {\"shortest_edge\": 256}}");
        assertThat(HfImageProcessors.read(directory, OPTIONS).preprocVersion()).startsWith("bit/s256-c224/");
        Files.writeString(directory.resolve("processor_config.json"), "{\"processor_class\": \"CLIPProcessor\"}");
        assertThat(HfImageProcessors.read(directory, OPTIONS).preprocVersion()).startsWith("bit/s256-c224/");
        Files.writeString(directory.resolve("processor_config.json"), "{\"image_processor\": " + NEW_CLIP + "}");
        assertThat(HfImageProcessors.read(directory, OPTIONS).preprocVersion()).startsWith("clip/s224-c224/");
    }
}
