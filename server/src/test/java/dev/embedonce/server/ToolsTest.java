package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools that a model calls, in both APIs: offered, called in a whole answer and in a stream, answered. */
class ToolsTest {
    private static final String CALLER = "tiny-caller";
    private static final String PLAIN = "tiny-plain";
    static final List<String> CALLS = List.of(
            "I look. ",
            "<tool_call>",
            "{\"name\": \"wea",
            "ther\", \"arguments\": {\"city\": \"Oslo\", \"days\": 2}}",
            "</tool_call>");

    @TempDir
    private static Path callerFolder;

    @TempDir
    private static Path plainFolder;

    private static VisionLanguageModel caller;
    private static VisionLanguageModel plain;
    private static TestServer server;

    @BeforeAll
    static void start() {
        caller = ChangedModels.answering(callerFolder, CALLS);
        plain = ChangedModels.withTemplate(
                plainFolder, "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}");
        server = TestServer.start(options -> options.chatModel(CALLER, caller).chatModel(PLAIN, plain));
    }

    @AfterAll
    static void stop() {
        server.close();
        caller.close();
        plain.close();
    }

    private static ObjectNode openAi(String tool) {
        ObjectNode request = chat("How is the weather?").put("model", CALLER).put("max_tokens", 20);
        ObjectNode function =
                request.putArray("tools").addObject().put("type", "function").putObject("function");
        function.put("name", tool).put("description", "Tells the weather").set("parameters", schema());
        return request;
    }

    private static ObjectNode anthropic() {
        ObjectNode request = JSON.createObjectNode()
                .put("model", CALLER)
                .put("max_tokens", 20)
                .put("temperature", 0);
        request.putArray("messages").addObject().put("role", "user").put("content", "How is the weather?");
        request.putArray("tools").addObject().put("name", "weather").set("input_schema", schema());
        return request;
    }

    private static ObjectNode schema() {
        ObjectNode schema = JSON.createObjectNode().put("type", "object");
        schema.putObject("properties").putObject("city").put("type", "string");
        return schema;
    }

    private static void requireArguments(JsonNode arguments) {
        assertThat(arguments)
                .isEqualTo(JSON.createObjectNode().put("city", "Oslo").put("days", 2));
    }

    private static void requireFits(JsonNode value, String schema) {
        assertThat(new SchemaCheck(server.json(server.get("/openapi.json"))).problems(value, schema))
                .as(value.toString())
                .isEmpty();
    }

    @Test
    void openAi_offeredTool_isCalled() throws Exception {
        JsonNode answer = server.ask(openAi("weather"));

        JsonNode choice = answer.at("/choices/0");
        assertThat(choice.path("finish_reason").textValue()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").textValue()).isEqualTo("I look.");
        assertThat(choice.at("/message/tool_calls")).hasSize(1);
        JsonNode call = choice.at("/message/tool_calls/0");
        assertThat(call.path("id").textValue()).startsWith("call_");
        assertThat(call.at("/function/name").textValue()).isEqualTo("weather");
        requireArguments(JSON.readTree(call.at("/function/arguments").textValue()));
        requireFits(openAi("weather"), "ChatCompletionRequest");
        requireFits(answer, "ChatCompletion");
    }

    @Test
    void openAi_stream_hasTheCallInOneDelta() throws Exception {
        ObjectNode request = openAi("weather").put("stream", true);
        HttpResponse<String> response = server.post("/v1/chat/completions", request.toString());

        List<String> data = TestServer.data(response.body());
        List<JsonNode> calls = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        String reason = "";
        for (String chunk : data.subList(0, data.size() - 1)) {
            JsonNode json = JSON.readTree(chunk);
            requireFits(json, "ChatCompletionChunk");
            json.at("/choices/0/delta/tool_calls").forEach(calls::add);
            text.append(json.at("/choices/0/delta/content").asText(""));
            reason = json.at("/choices/0/finish_reason").asText(reason);
        }
        assertThat(text).hasToString("I look.");
        assertThat(reason).isEqualTo("tool_calls");
        assertThat(calls).hasSize(1);
        assertThat(calls.get(0).path("index").intValue()).isZero();
        requireArguments(JSON.readTree(calls.get(0).at("/function/arguments").textValue()));
    }

    @Test
    void openAi_toolThatWasNotOffered_isText() {
        String calls = String.join("", CALLS);
        assertThat(TestServer.text(server.ask(openAi("clock")))).isEqualTo(calls);
        assertThat(TestServer.text(server.ask(openAi("weather").put("tool_choice", "none"))))
                .isEqualTo(calls);
    }

    @Test
    void openAi_answeredCall_isReadByTheModel() {
        ObjectNode request = openAi("weather");
        ObjectNode message = (ObjectNode) server.ask(request).at("/choices/0/message");
        message.remove("refusal");
        ArrayNode messages = (ArrayNode) request.path("messages");
        messages.add(message);
        int before = server.ask(request).at("/usage/prompt_tokens").intValue();
        messages.addObject().put("role", "tool").set("tool_call_id", message.at("/tool_calls/0/id"));
        ((ObjectNode) messages.get(2)).put("content", "Snow, and more snow behind it.");

        requireFits(request, "ChatCompletionRequest");
        assertThat(server.ask(request).at("/usage/prompt_tokens").intValue()).isGreaterThan(before + 5);
    }

    @Test
    void openAi_whatCannotBePromised_isRefused() {
        for (ObjectNode request : List.of(
                openAi("weather").put("tool_choice", "required"),
                openAi("weather").put("parallel_tool_calls", false),
                openAi("two words"))) {
            HttpResponse<String> response = server.post("/v1/chat/completions", request.toString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        }
        ObjectNode strict = openAi("weather");
        ((ObjectNode) strict.at("/tools/0/function")).put("strict", true);
        assertThat(server.post("/v1/chat/completions", strict.toString()).statusCode())
                .isEqualTo(400);
    }

    @Test
    void bothApis_modelWhoseTemplateKnowsNoTools_refuse() {
        HttpResponse<String> openAi = server.post(
                "/v1/chat/completions", openAi("weather").put("model", PLAIN).toString());
        HttpResponse<String> anthropic =
                server.post("/v1/messages", anthropic().put("model", PLAIN).toString());

        assertThat(openAi.statusCode()).as(openAi.body()).isEqualTo(400);
        assertThat(server.json(openAi).at("/error/param").textValue()).isEqualTo("tools");
        assertThat(anthropic.statusCode()).as(anthropic.body()).isEqualTo(400);
        assertThat(anthropic.body()).contains("template");
    }

    @Test
    void anthropic_offeredTool_isUsed() {
        JsonNode answer = server.json(server.post("/v1/messages", anthropic().toString()));

        assertThat(answer.path("stop_reason").textValue()).isEqualTo("tool_use");
        assertThat(answer.at("/content/0/text").textValue()).isEqualTo("I look.");
        assertThat(answer.at("/content/1/type").textValue()).isEqualTo("tool_use");
        assertThat(answer.at("/content/1/name").textValue()).isEqualTo("weather");
        requireArguments(answer.at("/content/1/input"));
        requireFits(anthropic(), "MessagesRequest");
        requireFits(answer, "Message");
    }

    @Test
    void anthropic_stream_hasABlockForTheCall() throws Exception {
        HttpResponse<String> response =
                server.post("/v1/messages", anthropic().put("stream", true).toString());

        StringBuilder input = new StringBuilder();
        List<String> blocks = new ArrayList<>();
        String reason = "";
        for (String data : TestServer.data(response.body())) {
            JsonNode event = JSON.readTree(data);
            if (event.path("type").asText().equals("content_block_start")) {
                blocks.add(event.path("index").asText()
                        + event.at("/content_block/type").asText());
            }
            input.append(event.at("/delta/partial_json").asText(""));
            reason = event.at("/delta/stop_reason").asText(reason);
        }
        assertThat(blocks).containsExactly("0text", "1tool_use");
        assertThat(reason).isEqualTo("tool_use");
        requireArguments(JSON.readTree(input.toString()));
    }

    @Test
    void anthropic_result_isReadByTheModel() {
        ObjectNode request = anthropic();
        JsonNode answer = server.json(server.post("/v1/messages", request.toString()));
        ArrayNode messages = (ArrayNode) request.path("messages");
        messages.addObject().put("role", "assistant").set("content", answer.path("content"));
        messages.addObject()
                .put("role", "user")
                .putArray("content")
                .addObject()
                .put("type", "tool_result")
                .put("content", "Snow")
                .set("tool_use_id", answer.at("/content/1/id"));

        HttpResponse<String> next = server.post("/v1/messages", request.toString());

        requireFits(request, "MessagesRequest");
        assertThat(next.statusCode()).as(next.body()).isEqualTo(200);
        assertThat(server.json(next).at("/usage/input_tokens").intValue()).isPositive();
    }

    @Test
    void langChain4j_callsAndAnswers() {
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey("none")
                .modelName(CALLER)
                .temperature(0.0)
                .maxRetries(0)
                .maxTokens(20)
                .build();
        ToolSpecification weather = ToolSpecification.builder()
                .name("weather")
                .description("Tells the weather")
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty("city")
                        .addIntegerProperty("days")
                        .build())
                .build();
        UserMessage question = UserMessage.from("How is the weather?");
        var first = model.chat(ChatRequest.builder()
                .messages(question)
                .toolSpecifications(weather)
                .build());
        AiMessage said = first.aiMessage();

        assertThat(first.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        assertThat(said.toolExecutionRequests()).hasSize(1);
        var again = model.chat(ChatRequest.builder()
                .messages(
                        question,
                        said,
                        ToolExecutionResultMessage.from(
                                said.toolExecutionRequests().get(0), "Snow"))
                .toolSpecifications(weather)
                .build());
        assertThat(again.tokenUsage().inputTokenCount())
                .isGreaterThan(first.tokenUsage().inputTokenCount());
    }
}
