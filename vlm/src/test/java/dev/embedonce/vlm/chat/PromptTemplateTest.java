package dev.embedonce.vlm.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.model.JsonFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptTemplateTest {
    private static final byte[] PICTURE = {1};
    /** Joins strings and walks no lists, as those of phi3_v and phi4mm do. */
    private static final String JOINING =
            "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
                    + "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    private static final List<ChatMessage> CONVERSATION = List.of(
            ChatMessage.of("system", "Be short."),
            ChatMessage.user(List.of(PICTURE, PICTURE), "Which is larger?"),
            ChatMessage.of("assistant", "The first."),
            new ChatMessage(
                    "user",
                    List.of(new ChatMessage.Text("And "), new ChatMessage.Image(PICTURE), new ChatMessage.Text("?"))));

    @TempDir
    Path folder;

    @Test
    void joinedContent_numbersThePicturesOfTheWholeConversation() {
        PromptTemplate template = PromptTemplate.open(
                new JsonFiles(folder),
                Map.of(),
                Optional.of(JOINING),
                MessageContent.joined(k -> "<|image_" + k + "|>\n"));
        assertThat(template.render(CONVERSATION, Map.of()))
                .isEqualTo("<|system|>Be short.<|end|>"
                        + "<|user|><|image_1|>\n<|image_2|>\nWhich is larger?<|end|>"
                        + "<|assistant|>The first.<|end|>"
                        + "<|user|>And <|image_3|>\n?<|end|><|assistant|>");
    }

    @Test
    void parts_areWalkedByTheTemplate() {
        PromptTemplate template = PromptTemplate.open(
                new JsonFiles(folder),
                Map.of(),
                Optional.of("{% for part in messages[1]['content'] %}{{ part['type'] }},{% endfor %}"),
                MessageContent.PARTS);
        assertThat(template.render(CONVERSATION, Map.of())).isEqualTo("image,image,text,");
    }
}
