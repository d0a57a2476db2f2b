package dev.embedonce.springai;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.test.chat.client.advisor.AbstractToolCallingAdvisorAutoRegistrationIT;

/** Spring AI's own tests of models that call tools. */
class ToolCallingAutoRegistrationKitTest extends AbstractToolCallingAdvisorAutoRegistrationIT {
    @TempDir
    private static Path folder;

    private static ScriptedEngine engine;

    @BeforeAll
    static void open() throws IOException {
        engine = new ScriptedEngine(folder);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Override
    protected ChatModel getChatModel() {
        return EmbedOnceChatModel.builder().engine(engine.engine()).build();
    }
}
