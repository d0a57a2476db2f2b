package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EmbeddingsTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ObjectNode request() {
        return JSON.createObjectNode().put("model", TestServer.CLIP);
    }

    private static JsonNode embed(ObjectNode request) {
        HttpResponse<String> response = server.post("/v1/embeddings", request.toString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return server.json(response);
    }

    @Test
    void post_textsAndImagesInAllShapes_giveVectorsInOrder() {
        String uri = Pictures.dataUri(Pictures.png(1));
        ObjectNode mixed = request();
        mixed.putArray("input").add("a cat").add(uri).addObject().put("image", uri);
        mixed.withArray("input").addObject().put("text", "a cat");

        JsonNode answer = embed(mixed);
        ObjectNode infinity = request().put("modality", "image");
        infinity.putArray("input").add(uri);
        JsonNode again = embed(infinity);
        JsonNode single = embed(request().put("input", "a cat"));

        JsonNode data = answer.path("data");
        assertThat(data).hasSize(4);
        assertThat(data.at("/1/embedding")).isEqualTo(data.at("/2/embedding")).isNotEqualTo(data.at("/0/embedding"));
        assertThat(data.at("/3/embedding")).isEqualTo(data.at("/0/embedding"));
        assertThat(again.at("/data/0/embedding")).isEqualTo(data.at("/1/embedding"));
        assertThat(again.at("/embedonce/inputs/0/source").textValue()).isEqualTo("memory");
        assertThat(single.at("/data/0/embedding")).isEqualTo(data.at("/0/embedding"));
        assertThat(answer.at("/usage/prompt_tokens").intValue())
                .isEqualTo(2 * single.at("/usage/prompt_tokens").intValue())
                .isPositive();
    }

    @Test
    void post_base64_isTheSameVector() {
        JsonNode floats = embed(request().put("input", "dog")).at("/data/0/embedding");
        String base64 = embed(request().put("input", "dog").put("encoding_format", "base64"))
                .at("/data/0/embedding")
                .textValue();

        var vector = ByteBuffer.wrap(Base64.getDecoder().decode(base64))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();

        assertThat(vector.remaining()).isEqualTo(floats.size());
        for (int i = 0; i < floats.size(); i++) {
            assertThat(vector.get(i)).isCloseTo(floats.get(i).floatValue(), within(0f));
        }
    }

    @Test
    void post_dimensionsOrTokensOrChatModel_isRefused() {
        assertThat(server.post(
                                "/v1/embeddings",
                                request().put("input", "x").put("dimensions", 8).toString())
                        .statusCode())
                .isEqualTo(400);
        ObjectNode tokens = request();
        tokens.putArray("input").add(1).add(2);
        assertThat(server.post("/v1/embeddings", tokens.toString()).statusCode())
                .isEqualTo(400);
        assertThat(server.post(
                                "/v1/embeddings",
                                request()
                                        .put("model", TestServer.MODEL)
                                        .put("input", "x")
                                        .toString())
                        .statusCode())
                .isEqualTo(404);
    }
}
