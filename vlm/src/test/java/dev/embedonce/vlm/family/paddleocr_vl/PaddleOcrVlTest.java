package dev.embedonce.vlm.family.paddleocr_vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaddleOcrVlTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("paddleocr_vl", List.of("published", "transformers5"));
    }

    private FamilyFiles files(String name) {
        return FamilyFiles.of(Goldens.of("paddleocr_vl", "published").model(folder.resolve(name)));
    }

    @Test
    void namesOfModulesInMemory_areTheSameModel_andThePoolingHeadIsPassedOver() throws IOException {
        FamilyFiles renamed = files("renamed");
        rename(renamed.directory().resolve("model.safetensors"));

        assertThat(features(FamilyFiles.of(renamed.directory()))).isEqualTo(features(files("published")));
    }

    private static List<VisionFeatures> features(FamilyFiles files) {
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            return model.tower()
                    .encode(List.of(model.images().process(Goldens.picture("tall.png"), ImageSettings.DEFAULT)));
        }
    }

    /** Gives the tensors of a file the names of transformers' modules, and adds one of the pooling head. */
    private static void rename(Path weights) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] published = new byte[(int) file.getLong()];
        file.get(published);
        ObjectNode header = JSON.createObjectNode();
        JSON.readTree(published)
                .properties()
                .forEach(tensor -> header.set(inMemory(tensor.getKey()), tensor.getValue()));
        int length = file.remaining();
        header.set(
                "model.visual.vision_model.head.probe",
                JSON.readTree("{\"dtype\": \"F32\", \"shape\": [1, 1, 1], \"data_offsets\": [" + length + ", "
                        + (length + Float.BYTES) + "]}"));
        byte[] own = JSON.writeValueAsBytes(header);
        Files.write(
                weights,
                ByteBuffer.allocate(Long.BYTES + own.length + length + Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(own.length)
                        .put(own)
                        .put(file)
                        .array());
    }

    private static String inMemory(String name) {
        return name.replaceFirst("^model\\.", "model.language_model.")
                .replaceFirst("^visual\\.", "model.visual.")
                .replaceFirst("^mlp_AR\\.", "model.projector.");
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config.patch_size | 8 | patch_size: expected patches as the image",
                "config.json | vision_config.image_size | 5 | image_size: expected at least a patch's 6 pixels",
                "config.json | vision_config.image_size | 30 | position_embedding.weight: expected shape",
                "config.json | vision_config.num_channels | 1 | num_channels: expected 3",
                "config.json | vision_config.num_hidden_layers | 3 | vision_model.encoder.layers.2",
                "config.json | vision_config.num_attention_heads | 5 | num_attention_heads: expected a divisor",
                "config.json | vision_config.layer_norm_eps | null | vision_config.layer_norm_eps",
                "config.json | vision_config.rope_parameters | {'rope_type': 'default'} | rope_type: expected axial",
                "config.json | hidden_size | 48 | mlp_AR.linear_2.weight: expected shape",
                "config.json | intermediate_size | 60 | mlp.gate_proj.weight: expected shape",
                "config.json | use_bias | true | self_attn.q_proj.bias",
                "config.json | rms_norm_eps | null | rms_norm_eps",
                "config.json | rope_scaling | null | rope_scaling.mrope_section",
                "config.json | rope_scaling | {'mrope_section': [2, 2, 3]} | section: expected three numbers",
                "config.json | model_type | 'paddleocr' | is not a supported vision-language model",
                "preprocessor_config.json | temporal_patch_size | 2 | patch_size: expected patches as the image",
                "preprocessor_config.json | size | {'height': 9} | size.height",
                "preprocessor_config.json | image_processor_type | 'SiglipImageProcessor' | type: expected PaddleOCRVL"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = files("model");
        Path path = files.directory().resolve(file);
        ObjectNode root = (ObjectNode) JSON.readTree(path.toFile());
        int dot = field.indexOf('.');
        ObjectNode within = dot < 0 ? root : (ObjectNode) root.get(field.substring(0, dot));
        within.set(field.substring(dot + 1), JSON.readTree(value.replace('\'', '"')));
        JSON.writeValue(path.toFile(), root);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
