package dev.embedonce.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.ai.util.JsonHelper;

/** What IDEs are told of our properties. */
class ConfigurationMetadataTest {
    @Test
    void everyProperty_hasADescription() throws IOException {
        Map<String, String> descriptions = new TreeMap<>();
        for (Map<?, ?> property : properties()) {
            descriptions.put(String.valueOf(property.get("name")), String.valueOf(property.get("description")));
        }

        assertThat(descriptions)
                .doesNotContainValue("null")
                .containsOnlyKeys(
                        "embedonce.cache.follow-deletions",
                        "embedonce.cache.heap",
                        "embedonce.cache.seal-keys",
                        "embedonce.cache.trust-foreign",
                        "embedonce.chat.context",
                        "embedonce.chat.device",
                        "embedonce.chat.dtype",
                        "embedonce.chat.max-queue",
                        "embedonce.chat.max-sequences",
                        "embedonce.chat.model",
                        "embedonce.chat.name",
                        "embedonce.chat.threads",
                        "embedonce.chat.timeout",
                        "embedonce.chat.tower-dtype",
                        "embedonce.encoder.batch-size",
                        "embedonce.encoder.device",
                        "embedonce.encoder.dtype",
                        "embedonce.encoder.model",
                        "embedonce.encoder.normalize",
                        "embedonce.encoder.text",
                        "embedonce.encoder.threads",
                        "embedonce.store");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<?, ?>> properties() throws IOException {
        try (InputStream in =
                EmbedOnceProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            String json = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return (List<Map<?, ?>>)
                    Objects.requireNonNull(new JsonHelper().fromJsonToMap(json).get("properties"));
        }
    }
}
