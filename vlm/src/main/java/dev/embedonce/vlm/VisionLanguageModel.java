package dev.embedonce.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.PromptTemplate;
import dev.embedonce.vlm.chat.ToolSyntax;
import dev.embedonce.vlm.decoder.LanguageModel;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.generate.GenerationDefaults;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.tokenizer.ModelTokenizer;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionEncoder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A vision-language model from its published files: pictures to features through a cache, conversations to prompts,
 * prompts to answers. Thread-safe; a {@link Conversation} of it is not. Whoever loads it closes it, after its
 * conversations.
 */
public final class VisionLanguageModel implements AutoCloseable {
    private final FamilyModel model;
    private final TensorModel tensors;
    private final ModelTokenizer tokenizer;
    private final PromptTemplate template;
    private final GenerationDefaults defaults;
    private final ModelOptions options;
    private final Optional<ToolSyntax> toolSyntax;
    /** Its preprocessing version is digested once, not at every hit, as long as requests have the same settings. */
    private volatile @Nullable VisionEncoder latestEncoder;

    private VisionLanguageModel(
            TensorModel tensors,
            ModelTokenizer tokenizer,
            PromptTemplate template,
            GenerationDefaults defaults,
            ModelOptions options) {
        this.model = tensors.model();
        this.tensors = tensors;
        this.template = template;
        this.defaults = defaults;
        this.options = options;
        Optional<ToolSyntax> syntax = ToolSyntax.of(template);
        Optional<ModelTokenizer> writing = syntax.flatMap(known -> tokenizer.writing(known.marks()));
        this.toolSyntax = writing.isPresent() ? syntax : Optional.empty();
        this.tokenizer = writing.orElse(tokenizer);
    }

    /**
     * Loads a model from a folder with its Hugging Face files: {@code config.json}, the processor's and tokenizer's
     * files, the chat template, safetensors.
     *
     * @throws ModelLoadException naming the file and what in it does not fit; nothing stays open then
     */
    public static VisionLanguageModel load(Path folder, ModelOptions options) {
        JsonFiles files = new JsonFiles(folder);
        Family family = Families.of(files);
        GenerationDefaults defaults =
                GenerationDefaults.read(files).orEndTokens(family.endTokens(files.required("config.json")));
        ModelTokenizer tokenizer = ModelTokenizer.open(files, options.cacheFolder(), family.addedTokens());
        try {
            PromptTemplate template = PromptTemplate.open(
                    files, tokenizer.specialTokens(), family.chatTemplate(), family.messageContent());
            return new VisionLanguageModel(
                    TensorModel.open(FamilyFiles.of(files), options), tokenizer, template, defaults, options);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** The vision tower and processor as an encoder, for any cache. */
    public VisionEncoder visionEncoder(ImageSettings settings) {
        VisionEncoder latest = latestEncoder;
        if (latest == null || !latest.settings().equals(settings)) {
            latest = new VisionEncoder(model.images(), model.tower(), settings);
            latestEncoder = latest;
        }
        return latest;
    }

    /**
     * The features of pictures, from the cache where it has them. All are looked up at once, and those that are missing
     * are encoded together. Pictures are decoded on the caller's thread: within {@link
     * dev.embedonce.image.pixel.Cancellation#during} they are given up when nobody waits for them any more.
     *
     * @param images encoded bytes of each
     * @return for each picture, in order
     * @throws RuntimeException the processor's or the tower's own, if a picture cannot be encoded; the message says
     *     which
     */
    public List<ImageReport> encodeImages(List<byte[]> images, ImageSettings settings) {
        return encodeImages(images, settings, options.featureCache().orElse(null));
    }

    /**
     * As {@link #encodeImages(List, ImageSettings)}, through another cache, such as a tenant's view of it; null for
     * none.
     */
    public List<ImageReport> encodeImages(List<byte[]> images, ImageSettings settings, @Nullable FeatureCache cache) {
        if (images.isEmpty()) {
            return List.of();
        }
        return TensorModel.encode(images, visionEncoder(settings.withImagesInRequest(images.size())), cache);
    }

    /**
     * The language model's input for a conversation.
     *
     * @param features of the conversation's pictures, in order
     * @param templateVariables more variables of the chat template, such as {@code tools}
     * @throws IllegalArgumentException if placeholders and pictures do not fit together
     * @throws dev.embedonce.template.TemplateException if the template refuses the conversation
     */
    public Prompt prompt(List<ChatMessage> messages, List<VisionFeatures> features, Map<String, ?> templateVariables) {
        return prompt(template.render(messages, templateVariables), features);
    }

    /** The language model's input for a prompt that is rendered already, with one placeholder a picture. */
    public Prompt prompt(String rendered, List<VisionFeatures> features) {
        Prompt prompt = prompt(tokenizer.encode(model.prompts().expand(rendered, features)), features);
        requireRoom("the prompt has ", prompt.length());
        return prompt;
    }

    /**
     * A conversation as its chat template renders it, for {@link #prompt(String, List)}. Refuses one that can become no
     * prompt whatever its pictures show, before any of them is looked at: one that the template refuses, that has more
     * or fewer placeholders than pictures, or whose text alone fills the context.
     *
     * @param templateVariables more variables of the chat template, such as {@code tools}
     * @throws IllegalArgumentException if placeholders and pictures do not fit together, or the text is too long
     * @throws dev.embedonce.template.TemplateException if the template refuses the conversation
     */
    public String render(List<ChatMessage> messages, Map<String, ?> templateVariables) {
        return render(messages, templateVariables, Long.MAX_VALUE);
    }

    /**
     * As {@link #render(List, Map)}, for conversations of strangers: one with more characters is refused before tokens
     * are made of it, which takes seconds for some megabytes.
     *
     * @param mostCharacters more than a prompt can have: the tokens of the context times {@link
     *     ModelTokenizer#longestToken}
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

    /** The language model's input for token ids whose placeholders are expanded already. */
    public Prompt prompt(long[] ids, List<VisionFeatures> features) {
        return tensors.prompt(ids, features);
    }

    /** The same model for what a processor has made ready already. It is closed with this one. */
    public TensorModel tensors() {
        return tensors;
    }

    /** Prefill and decoding alone; its pictures come from {@link #encodeImages}. */
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
        return tensors.visionVersion();
    }

    /** How the model calls tools, if its chat template offers them and says so; see {@link ToolSyntax#of}. */
    public Optional<ToolSyntax> toolSyntax() {
        return toolSyntax;
    }

    /** A conversation that prefills only what is new at each turn. */
    public Conversation newConversation() {
        return new Conversation(this);
    }

    @Override
    public void close() {
        try (tensors) {
            tokenizer.close();
        }
    }
}
