package dev.embedonce.langchain4j;

import dev.embedonce.engine.ChatEngine;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What LangChain4j asks of every chat model that has listeners. */
class ChatModelListenerKitTest extends AbstractChatModelListenerIT {
    private ScriptedEngine scripted;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        scripted = new ScriptedEngine(folder);
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    @Override
    protected ChatModel createModel(ChatModelListener listener) {
        return model(scripted.engine(), listener);
    }

    @Override
    protected ChatModel createFailingModel(ChatModelListener listener) {
        scripted.engine().close();
        return model(scripted.engine(), listener);
    }

    private ChatModel model(ChatEngine engine, ChatModelListener listener) {
        return EmbedOnceChatModel.builder()
                .engine(engine)
                .listeners(List.of(listener))
                .defaultRequestParameters(ChatRequestParameters.builder()
                        .modelName(modelName())
                        .temperature(temperature())
                        .topP(topP())
                        .maxOutputTokens(maxTokens())
                        .build())
                .build();
    }

    @Override
    protected String modelName() {
        return ScriptedEngine.NAME;
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return LangChain4jException.class;
    }
}
