package dev.embedonce.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** What LangChain4j asks of every chat model. */
class ChatModelKitTest extends AbstractChatModelIT {
    private static ScriptedEngine scripted;

    @BeforeAll
    static void open(@TempDir Path folder) throws IOException {
        scripted = new ScriptedEngine(folder);
    }

    @AfterAll
    static void close() {
        scripted.close();
    }

    @Override
    protected List<ChatModel> models() {
        return List.of(EmbedOnceChatModel.builder().engine(scripted.engine()).build());
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return EmbedOnceChatModel.builder()
                .engine(scripted.engine())
                .defaultRequestParameters(parameters)
                .build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return createParameters(maxOutputTokens);
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
        return EmbedOnceChatResponseMetadata.class;
    }

    @Override
    protected boolean supportsModelNameParameter() {
        return false;
    }

    @Override
    protected boolean supportsToolChoiceRequired() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormat() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormatWithSchema() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormatWithRawSchema() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }
}
