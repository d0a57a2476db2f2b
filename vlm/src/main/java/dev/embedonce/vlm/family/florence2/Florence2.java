package dev.embedonce.vlm.family.florence2;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.BartConfig;
import dev.embedonce.vlm.decoder.BartModel;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PlainProcessing;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * {@code model_type} florence2, as Microsoft publishes it (its own code, tokens added by the processor) and as
 * transformers 5 has it. One picture a prompt. Answers are plain greedy or sampled ones: nothing is forced, and there
 * are no beams, unlike what {@code generation_config.json} says.
 */
// Source: transformers 5.23, models/florence2/modeling_florence2.py, processing_florence2.py
public final class Florence2 implements Family {
    private static final List<NameLayout> LANGUAGE = List.of(
            name -> name.equals("final_logits_bias") ? "language_model." + name : "language_model.model." + name,
            name -> name.equals("final_logits_bias") ? name : "model.language_model." + name);

    /** Pixels a side of a picture; no config says it. */
    private static final int PUBLISHED_SIZE = 768;

    @Override
    public String name() {
        return "florence2";
    }

    @Override
    public List<String> addedTokens() {
        Stream<String> first = Stream.of("<od>", "</od>", "<ocr>", "</ocr>");
        Stream<String> places = IntStream.range(0, 1000).mapToObj(place -> "<loc_" + place + ">");
        Stream<String> last = Stream.of(
                "<cap>",
                "</cap>",
                "<ncap>",
                "</ncap>",
                "<dcap>",
                "</dcap>",
                "<grounding>",
                "</grounding>",
                "<seg>",
                "</seg>",
                "<sep>",
                "<region_cap>",
                "</region_cap>",
                "<region_to_desciption>",
                "</region_to_desciption>",
                "<proposal>",
                "</proposal>",
                "<poly>",
                "</poly>",
                "<and>");
        return Stream.of(first, places, last).flatMap(tokens -> tokens).toList();
    }

    /** The text of the last message: the model knows no conversations. */
    @Override
    public Optional<String> chatTemplate() {
        return Optional.of("{%- for part in messages[-1]['content'] -%}"
                + "{%- if part['type'] == 'text' -%}{{ part['text'] }}{%- endif -%}{%- endfor -%}");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        BartConfig text = BartConfig.read(config.object("text_config"));
        FamilyImages<Integer> images = FamilyImages.of(
                files,
                () -> Florence2Processor.read(files.imageProcessor(), options.pixels()),
                Florence2Processor::size,
                size -> PlainProcessing::pictures,
                () -> files.givenSide(PUBLISHED_SIZE));
        return FamilyModel.open(
                images.processing(),
                Florence2Vision.open(files, options, images.geometry(), text.hiddenSize()),
                new Florence2Prompts(
                        config.has("image_token_id"),
                        config.has("image_token_id")
                                ? config.natural("image_token_id", 0)
                                : config.natural("pad_token_id", 1)),
                () -> BartModel.open(files, options, LANGUAGE, text));
    }
}
