package dev.embedonce.vlm.family.glm4v_moe;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Glm4vMoeTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("glm4v_moe", List.of("published", "transformers5"));
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config.image_size | 30 | position_embedding.weight: expected shape",
                "config.json | text_config.n_group | 2 | n_group",
                "config.json | text_config.topk_group | 2 | topk_group",
                "config.json | text_config.use_qk_norm | true | use_qk_norm: expected false",
                "config.json | text_config.num_experts_per_tok | 6 | expected at most as many as there are experts, 5",
                "config.json | text_config.n_routed_experts | 6 | mlp.gate.weight: expected shape",
                "config.json | text_config.n_shared_experts | 3 | mlp.shared_experts.gate_proj.weight: expected shape",
                "config.json | text_config.first_k_dense_replace | 2 | layers.1.mlp.gate_proj.weight",
                "config.json | text_config.moe_intermediate_size | 24 | mlp.experts.0.gate_proj.weight: expected shape"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = FamilyFiles.of(Goldens.of("glm4v_moe", "published").model(folder.resolve("model")));
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
