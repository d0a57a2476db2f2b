package dev.embedonce.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cache.FeatureEncoder;
import dev.embedonce.cache.FeatureProvider;
import dev.embedonce.cache.Outcome;
import dev.embedonce.cache.UncachedFeatures;
import dev.embedonce.encoder.FileDigests;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.PackedWeights;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.PromptTemplate;
import dev.embedonce.vlm.chat.ToolSyntax;
import dev.embedonce.vlm.decoder.LanguageModel;
import dev.embedonce.vlm.family.Families;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.FamilyOptions;
import dev.embedonce.vlm.generate.GenerationDefaults;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.tokenizer.ModelTokenizer;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TensorEncoder;
import dev.embedonce.vlm.vision.VisionEncoder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A vision-language model from its published files: pictures to features through a cache, conversations to prompts, prompts to
 * answers. Thread-safe; a {@link Conversation} of it is not. Whoever loads it closes it, after its conversations.
 */
public final class VisionLanguageModel implements AutoCloseable {
    private final FamilyModel model;
    private final ModelTokenizer tokenizer;
    private final PromptTemplate template;
    private final GenerationDefaults defaults;
    private final ModelOptions options;
    private final Optional<ToolSyntax> toolSyntax;

    private VisionLanguageModel(
            FamilyModel model,
            ModelTokenizer tokenizer,
            PromptTemplate template,
            GenerationDefaults defaults,
            ModelOptions options) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.template = template;
        this.defaults = defaults;
        this.options = options;
        this.toolSyntax =
                ToolSyntax.of(template).filter(syntax -> isWritten(syntax.open()) && isWritten(syntax.close()));
    }

    /** Whether text comes back from its tokens: special tokens do not. */
    private boolean isWritten(String text) {
        return tokenizer.decode(tokenizer.encode(text)).contains(text);
    }

    /**
     * Loads a model from a folder with its Hugging Face files: {@code config.json}, the processor's and tokenizer's files, the chat
     * template, safetensors.
     *
     * @throws ModelLoadException naming the file and what in it does not fit; nothing stays open then
     */
    public static VisionLanguageModel load(Path folder, ModelOptions options) {
        GenerationDefaults defaults = GenerationDefaults.read(folder);
        Family family = Families.of(folder);
        ModelTokenizer tokenizer = ModelTokenizer.open(folder, options.cacheFolder(), family.addedTokens());
        try {
            PromptTemplate template = PromptTemplate.open(
                    folder, tokenizer.specialTokens(), family.chatTemplate(), family.messageContent());
            return new VisionLanguageModel(open(folder, options), tokenizer, template, defaults, options);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static FamilyModel open(Path folder, ModelOptions options) {
        FamilyFiles files = FamilyFiles.of(folder);
        WeightMemory memory = options.memory().orElseGet(() -> MemoryChoice.of(files, options.languageMode()));
        // Kept by the tower, which is opened later and asks again; what is new is written when this is closed.
        try (FileDigests digests = new FileDigests(options.cacheFolder(), options.rehash())) {
            PackedWeights packed = new PackedWeights(
                    options.cacheFolder().resolve("quantised-weights"),
                    options.packedBytes(),
                    tensor -> digests.sha256(tensor.file(), tensor.offset(), tensor.length()),
                    memory == WeightMemory.MAP);
            FamilyModel model = Families.open(
                    files,
                    new FamilyOptions(
                            options.towerMode(),
                            options.languageMode(),
                            packed,
                            new SessionOptions(options.device(), options.threads(), memory),
                            options.pixels(),
                            tensor -> digests.sha256(tensor.file(), tensor.offset(), tensor.length())));
            try {
                digests.requireUnchanged();
                if (options.languageMode() != NumericMode.FLOAT32 || options.towerMode() != NumericMode.FLOAT32) {
                    packed.trim();
                }
                return model;
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        }
    }

    /** The vision tower and processor as an encoder, for any cache. */
    public VisionEncoder visionEncoder(ImageSettings settings) {
        return new VisionEncoder(model.images(), model.tower(), settings);
    }

    /**
     * The features of pictures, from the cache where it has them. All are looked up at once, and those that are missing are encoded
     * together. Pictures are decoded on the caller's thread: within {@link dev.embedonce.image.decode.Cancellation#during} they are given up when
     * nobody waits for them any more.
     *
     * @param images encoded bytes of each
     * @return for each picture, in order
     * @throws RuntimeException the processor's or the tower's own, if a picture cannot be encoded; the message says which
     */
    public List<ImageReport> encodeImages(List<byte[]> images, ImageSettings settings) {
        return encodeImages(images, settings, options.featureCache().orElse(null));
    }

    /** As {@link #encodeImages(List, ImageSettings)}, through another cache, such as a tenant's view of it; null for none. */
    public List<ImageReport> encodeImages(List<byte[]> images, ImageSettings settings, @Nullable FeatureCache cache) {
        if (images.isEmpty()) {
            return List.of();
        }
        return encode(images, visionEncoder(settings.withImagesInRequest(images.size())), cache);
    }

    /**
     * The features of pictures that transformers' processor has preprocessed, through a cache; null for none.
     *
     * @param tensors by the processor's names, such as {@code pixel_values}; those of the text are passed over
     * @throws IllegalArgumentException if they are not what the model's processor gives
     */
    public List<ImageReport> encodeTensors(Map<String, Tensor> tensors, @Nullable FeatureCache cache) {
        List<byte[]> packed =
                model.images().split(tensors).stream().map(TensorEncoder::pack).toList();
        return packed.isEmpty() ? List.of() : encode(packed, new TensorEncoder(model.tower()), cache);
    }

    static List<ImageReport> encode(
            List<byte[]> images, FeatureEncoder<ProcessedImage> encoder, @Nullable FeatureCache cache) {
        FeatureProvider provider = cache == null ? new UncachedFeatures() : cache;
        long start = System.nanoTime();
        List<Outcome> outcomes = provider.getOrComputeAll(images, encoder);
        ReportTimes times = ReportTimes.of(outcomes, System.nanoTime() - start);
        List<ImageReport> reports = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (!(outcomes.get(i) instanceof Outcome.Served served)) {
                throw new BadImageException(i, ((Outcome.Failed) outcomes.get(i)).error());
            }
            reports.add(new ImageReport(
                    new VisionFeatures(served.entry().tensors()),
                    served.contentHash(),
                    served.source(),
                    times.of(served)));
        }
        return reports;
    }

    /**
     * What the language model reads for a conversation.
     *
     * @param features of the conversation's pictures, in order
     * @param templateVariables more variables of the chat template, such as {@code tools}
     * @throws IllegalArgumentException if placeholders and pictures do not fit together
     * @throws dev.embedonce.template.TemplateException if the template refuses the conversation
     */
    public Prompt prompt(List<ChatMessage> messages, List<VisionFeatures> features, Map<String, ?> templateVariables) {
        return prompt(template.render(messages, templateVariables), features);
    }

    /** What the language model reads for a prompt that is rendered already, with one placeholder a picture. */
    public Prompt prompt(String rendered, List<VisionFeatures> features) {
        Prompt prompt = prompt(tokenizer.encode(model.prompts().expand(rendered, features)), features);
        requireRoom("the prompt has ", prompt.length());
        return prompt;
    }

    /**
     * A conversation as its chat template renders it, for {@link #prompt(String, List)}. Refuses one that can become no prompt whatever
     * its pictures show, before any of them is looked at: one that the template refuses, that has more or fewer placeholders than
     * pictures, or whose text alone fills the context.
     *
     * @param templateVariables more variables of the chat template, such as {@code tools}
     * @throws IllegalArgumentException if placeholders and pictures do not fit together, or the text is too long
     * @throws dev.embedonce.template.TemplateException if the template refuses the conversation
     */
    public String render(List<ChatMessage> messages, Map<String, ?> templateVariables) {
        return render(messages, templateVariables, Long.MAX_VALUE);
    }

    /**
     * As {@link #render(List, Map)}, for conversations of strangers: one with more characters is refused before tokens are made of it, which
     * takes seconds for some megabytes.
     *
     * @param mostCharacters more than a prompt can have: the tokens of the context times {@link ModelTokenizer#longestToken}
     * @throws PromptTooLongException if the text is too long
     */
    public String render(List<ChatMessage> messages, Map<String, ?> templateVariables, long mostCharacters) {
        String rendered = template.render(messages, templateVariables);
        if (rendered.length() > mostCharacters) {
            throw new PromptTooLongException("the text of the prompt has " + rendered.length()
                    + " characters, and the model's context holds at most " + mostCharacters);
        }
        model.prompts().requirePlaces(rendered, ChatMessage.images(messages).size());
        requireRoom("the text of the prompt alone has ", tokenizer.encode(rendered).length);
        return rendered;
    }

    private void requireRoom(String what, int tokens) {
        int context = model.language().contextTokens();
        if (tokens >= context) {
            throw new PromptTooLongException(
                    what + tokens + " tokens, which leaves no room for an answer in the model's context of " + context);
        }
    }

    /** What the language model reads for token ids whose placeholders are expanded already. */
    public Prompt prompt(long[] ids, List<VisionFeatures> features) {
        return model.prompts().assemble(ids, features);
    }

    /** Reads and writes alone; its pictures come from {@link #encodeImages}. */
    public LanguageModel language() {
        return model.language();
    }

    public ImageProcessing images() {
        return model.images();
    }

    public ModelTokenizer tokenizer() {
        return tokenizer;
    }

    public GenerationDefaults generationDefaults() {
        return defaults;
    }

    /** The vision tower's fingerprint. */
    public String visionVersion() {
        return model.tower().modelVersion();
    }

    /** How the model calls tools, if its chat template offers them and says so; see {@link ToolSyntax#of}. */
    public Optional<ToolSyntax> toolSyntax() {
        return toolSyntax;
    }

    /** A conversation that reads only what is new at each turn. */
    public Conversation newConversation() {
        return new Conversation(this);
    }

    @Override
    public void close() {
        try (model) {
            tokenizer.close();
        }
    }
}
