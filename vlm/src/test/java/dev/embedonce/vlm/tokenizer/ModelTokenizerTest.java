package dev.embedonce.vlm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.prompt.PromptPiece;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTokenizerTest {
    @TempDir
    Path folder;

    private ModelTokenizer open(String model) {
        Path files = Goldens.of(model, "published").model(folder.resolve(model));
        return ModelTokenizer.open(files, folder.resolve("cache"));
    }

    private static PromptPiece text(String text) {
        return new PromptPiece.Text(text);
    }

    @Test
    void onePieceOfText_isEncodedAsTheText() {
        try (ModelTokenizer llava = open("llava")) {
            assertThat(llava.encode(List.of(text("What is this?")))).isEqualTo(llava.encode("What is this?"));
        }
    }

    @Test
    void idsBetweenTexts_stayAsTheyAre_andTheBeginningIsWrittenOnce() {
        for (String model : List.of("llava", "qwen3_vl", "gemma3")) {
            try (ModelTokenizer tokenizer = open(model)) {
                long[] found = tokenizer.encode(
                        List.of(text("What "), new PromptPiece.Ids(-1, -1, 99_999_999), text("is this?")));
                long[] first = tokenizer.encode("What ");
                assertThat(found).as(model).startsWith(first);
                assertThat(found).as(model).containsSequence(-1, -1, 99_999_999);
                long beginnings =
                        LongStream.of(found).filter(id -> id == first[0]).count();
                assertThat(beginnings).as(model).isEqualTo(1);
            }
        }
    }

    @Test
    void textsAlone_haveEachTheBeginning() {
        try (ModelTokenizer llava = open("llava")) {
            long[] text = llava.encode("What ");
            long[] found = llava.encode(
                    List.of(new PromptPiece.Alone(""), new PromptPiece.Ids(-1), new PromptPiece.Alone("What ")));
            assertThat(found).startsWith(text[0], -1).endsWith(text).hasSize(2 + text.length);
        }
    }

    @Test
    void aBeginningThatTheTemplateWrote_isNotWrittenAgain() {
        try (ModelTokenizer gemma = open("gemma3")) {
            String bos = Objects.requireNonNull(gemma.specialTokens().get("bos_token"));
            long[] found = gemma.encode(List.of(text(bos + "What "), new PromptPiece.Ids(-1), text("is this?")));
            assertThat(found[0]).isEqualTo(gemma.encode(bos)[0]);
            assertThat(found[1]).isNotEqualTo(found[0]);
        }
    }

    @Test
    void inFrontOfIds_nothingIsPut() {
        try (ModelTokenizer gemma = open("gemma3")) {
            long[] framed = gemma.encode("What ");
            long[] found = gemma.encode(List.of(new PromptPiece.Ids(), text("What ")));
            assertThat(found).isEqualTo(Arrays.copyOfRange(framed, 1, framed.length));
        }
    }

    @Test
    void writing_specialTokens_areInTheTextAndInStreams() {
        try (ModelTokenizer gemma = open("gemma4")) {
            long[] ids = gemma.encode("What <|turn>is this?<turn|>");
            assertThat(gemma.decode(ids)).isEqualTo("What is this?");
            ModelTokenizer writing = gemma.writing(List.of("<|turn>", "What")).orElseThrow();
            assertThat(writing.decode(ids)).isEqualTo("What <|turn>is this?");
            TokenStream stream = writing.stream();
            StringBuilder said = new StringBuilder();
            LongStream.of(ids).forEach(id -> said.append(stream.next(id)));
            assertThat(said.append(stream.rest())).hasToString("What <|turn>is this?");
        }
    }

    @Test
    void writing_whatDoesNotComeBack_isRefused() {
        try (ModelTokenizer gemma = open("gemma4")) {
            assertThat(gemma.writing(List.of("<|turn>What"))).isEmpty();
        }
    }
}
