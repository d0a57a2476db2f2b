package dev.embedonce.vlm.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Conversation;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.FeatureRows;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.tokenizer.ModelTokenizer;
import dev.embedonce.vlm.trace.Trace;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionEncoder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every family owes to the cache and to the runtime, beside the reference's numbers: the tower runs once for a
 * picture, an answer from the cache is the tower's bit for bit, whatever changes features is part of the key, and
 * sequences that decode together do not disturb each other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FamilyContract extends FamilyGoldenContract {
    private static final byte[] A = Goldens.picture("square.png");
    private static final byte[] B = Goldens.picture("wide.png");
    private static final byte[] C = Goldens.picture("tall.png");

    private static final int STEPS = 8;

    /** Names of tensors that are no language model's. */
    private static final Pattern VISION =
            Pattern.compile(".*(vision|visual|image_proj|multi_modal_projector|connector|image_embed).*");

    /** Tensors that are called so and are no part of the tower. */
    private static final Pattern OTHER = Pattern.compile(".*(lora|audio|gen_).*");

    /** Of the largest logit. Random weights are the hardest to round; up to 0.05 and 0.44 were measured. */
    private static final double INT8_OFF = 0.1;

    private static final double INT4_OFF = 0.7;

    private Goldens goldens;
    private Path home;
    /** A copy of the model's files, for a test to change. */
    private Path folder;

    private FamilyModel model;
    private CountingTower tower;
    private ModelTokenizer tokenizer;
    private FeatureCache cache;

    /** The model in whose terms the contract is checked. */
    protected String model() {
        return models().keySet().stream()
                .filter(name -> !name.contains("/"))
                .findFirst()
                .orElseThrow();
    }

    /** The case of the goldens whose prompt has one picture, and the one with two of different sizes. */
    private Goldens.Case one() {
        return goldens.named("one");
    }

    private Goldens.Case two() {
        return goldens.named("two");
    }

    /** One model for all tests of a family: opening it takes longer than most of them. */
    @BeforeAll
    void open(@TempDir Path forAll) {
        home = forAll;
        goldens = Goldens.of(model(), "published");
        goldens.model(home.resolve("model"));
        openModel();
    }

    private void openModel() {
        FamilyFiles files = FamilyFiles.of(home.resolve("model"));
        model = Families.open(files, Goldens.OPTIONS);
        tokenizer = ModelTokenizer.open(
                files.json(), home.resolve("native"), Families.of(files.json()).addedTokens());
    }

    @AfterAll
    void closeModel() {
        tokenizer.close();
        model.close();
    }

    @BeforeEach
    void begin() {
        folder = goldens.model(temp.resolve("model"));
        tower = new CountingTower(model.tower());
        cache = onDisk(0);
    }

    @AfterEach
    void end() {
        cache.close();
    }

    /** Whether a prompt may have more than one picture, or none. */
    protected boolean takesAnyNumberOfPictures() {
        return true;
    }

    /** Whether sequences can be cut back to any number of tokens: not where layers keep anything by recurrence. */
    protected boolean cutsBack() {
        return true;
    }

    /** Whether the sequence of the case with one picture may yet have to be computed anew, features included. */
    protected boolean computesAnew() {
        return false;
    }

    private FeatureCache onDisk(long heapBytes) {
        return FeatureCache.over(Stores.open("files:" + temp.resolve("features")))
                .heapBytes(heapBytes)
                .build();
    }

    private static FeatureCache inMemory() {
        CacheStore store = new MemoryStore();
        return FeatureCache.over(store).heapBytes(64 << 20).build();
    }

    private VisionEncoder encoder() {
        return encoder(ImageSettings.DEFAULT);
    }

    private VisionEncoder encoder(ImageSettings settings) {
        return new VisionEncoder(model.images(), tower, settings);
    }

    private List<VisionFeatures> features(FeatureCache from, byte[]... pictures) {
        return features(from, encoder(ImageSettings.DEFAULT.withImagesInRequest(pictures.length)), pictures);
    }

    private static List<VisionFeatures> features(FeatureCache from, VisionEncoder encoder, byte[]... pictures) {
        return served(from, encoder, pictures).stream()
                .map(served -> new VisionFeatures(served.entry().tensors()))
                .toList();
    }

    private static List<Outcome.Served> served(FeatureCache from, VisionEncoder encoder, byte[]... pictures) {
        return from.getOrComputeAll(List.of(pictures), encoder).stream()
                .map(Outcome.Served.class::cast)
                .toList();
    }

    private Prompt prompt(String rendered, List<VisionFeatures> features) {
        return model.prompts().assemble(tokenizer.encode(model.prompts().expand(rendered, features)), features);
    }

    /** A prompt about two pictures, or about the first of them if the model takes one only. */
    private Prompt prompt(List<VisionFeatures> pair) {
        return takesAnyNumberOfPictures() ? prompt(two().prompt(), pair) : prompt(one().prompt(), pair.subList(0, 1));
    }

    private Prompt shortPrompt() {
        return takesAnyNumberOfPictures()
                ? prompt(goldens.named("text").prompt(), List.of())
                : prompt(one().prompt(), features(cache, C));
    }

    private Tensor logits(Prompt prompt) {
        try (SequenceBatch batch = model.language().newBatch()) {
            Sequence sequence = batch.open(prompt, prompt.length());
            return batch.prefill(sequence, prompt.length(), Wanted.LAST);
        }
    }

    // ---- the cache

    @Test
    void repeatedPicture_runsTheTowerOnce() {
        features(cache, A);
        features(cache, A);
        assertThat(features(cache, A, A)).hasSize(2);
        assertThat(tower.pictures()).isEqualTo(distinctByCount() ? 2 : 1);
    }

    /** Whether features depend on how many pictures a request has. */
    protected boolean distinctByCount() {
        return !model.images()
                .preprocVersion(ImageSettings.DEFAULT)
                .equals(model.images().preprocVersion(ImageSettings.DEFAULT.withImagesInRequest(2)));
    }

    @Test
    void hit_givesTheMissesLogitsBitForBit_fromMemoryDiskAndAfterARestart() {
        Tensor miss = logits(prompt(features(cache, B, C)));
        assertThat(tower.pictures()).isEqualTo(2);
        Tensor disk = logits(prompt(features(cache, B, C)));
        assertThat(disk).isEqualTo(miss);
        try (FeatureCache memory = inMemory()) {
            assertThat(logits(prompt(features(memory, B, C)))).isEqualTo(miss);
            assertThat(served(memory, encoder(ImageSettings.DEFAULT.withImagesInRequest(2)), B, C))
                    .allMatch(served -> served.source() == Source.MEMORY);
            assertThat(logits(prompt(features(memory, B, C)))).isEqualTo(miss);
        }
        cache.close();
        closeModel();
        openModel();
        tower = new CountingTower(model.tower());
        cache = onDisk(1 << 20);
        assertThat(logits(prompt(features(cache, B, C)))).isEqualTo(miss);
        assertThat(tower.pictures()).isZero();
    }

    @Test
    void anotherPictureBeside_encodesOnlyThat() {
        features(cache, encoder(), A);
        assertThat(tower.pictures()).isEqualTo(1);
        features(cache, encoder(), A, B);
        assertThat(tower.pictures()).isEqualTo(1);
    }

    @Test
    void order_matters_andBothOrdersHit() {
        List<VisionFeatures> ab = features(cache, B, C);
        tower.pictures();
        List<VisionFeatures> ba = features(cache, C, B);
        assertThat(tower.pictures()).isZero();
        assertThat(ba).containsExactly(ab.get(1), ab.get(0));
        assertThat(logits(prompt(ba))).isNotEqualTo(logits(prompt(ab)));
    }

    @Test
    void overwrittenFile_isANewPicture() throws IOException {
        Path file = temp.resolve("picture");
        Files.write(file, A);
        List<VisionFeatures> before = features(cache, Files.readAllBytes(file));
        Files.write(file, B);
        assertThat(features(cache, Files.readAllBytes(file))).isNotEqualTo(before);
        assertThat(tower.pictures()).isEqualTo(2);
    }

    @Test
    void samePixelsInOtherBytes_areLinked() {
        byte[] padded = Arrays.copyOf(A, A.length + 16);
        List<VisionFeatures> before = features(cache, encoder(), A);
        List<Outcome.Served> after = served(cache, encoder(), padded);
        assertThat(after.get(0).source()).isEqualTo(Source.PIXELS);
        assertThat(new VisionFeatures(after.get(0).entry().tensors())).isEqualTo(before.get(0));
        assertThat(tower.pictures()).isEqualTo(1);
    }

    @Test
    void changedWeights_changeTheModelVersion() throws IOException {
        String before = tower.modelVersion();
        Path weights = folder.resolve("model.safetensors");
        var tensor = FamilyFiles.of(folder).weights().get(towerTensor());
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.seek(tensor.offset());
            int first = file.read();
            file.seek(tensor.offset());
            file.write(first ^ 1);
        }
        try (FamilyModel changed = Families.open(FamilyFiles.of(folder), Goldens.OPTIONS)) {
            assertThat(changed.tower().modelVersion()).isNotEqualTo(before);
        }
    }

    /** Some tensor of the tower, as the published checkpoint names it. */
    private String towerTensor() {
        return FamilyFiles.of(folder).weights().names().stream()
                .filter(name -> VISION.matcher(name).matches() && name.endsWith("weight"))
                .filter(name -> !OTHER.matcher(name).matches())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void languageWeights_areNoPartOfTheModelVersion() throws IOException {
        String before = tower.modelVersion();
        var tensor = FamilyFiles.of(folder).weights().names().stream()
                .filter(name -> name.contains("layers.0.self_attn.q") && name.endsWith("weight"))
                .filter(name -> !VISION.matcher(name).matches())
                .findFirst();
        if (tensor.isEmpty()) {
            return;
        }
        var info = FamilyFiles.of(folder).weights().get(tensor.get());
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
            file.seek(info.offset());
            file.write(7);
        }
        try (FamilyModel changed = Families.open(FamilyFiles.of(folder), Goldens.OPTIONS)) {
            assertThat(changed.tower().modelVersion()).isEqualTo(before);
        }
    }

    @Test
    void changedProcessorSettings_changeThePreprocVersion() throws IOException {
        String before = model.images().preprocVersion(ImageSettings.DEFAULT);
        boolean changed = false;
        for (String name : List.of("processor_config.json", "preprocessor_config.json")) {
            Path file = folder.resolve(name);
            if (Files.exists(file) && Files.readString(file).contains("image_mean")) {
                String json = Files.readString(file);
                Files.writeString(file, json.replaceFirst("(\"image_mean\": \\[\\s*)[0-9.]+", "$10.25"));
                changed = true;
            }
        }
        assertThat(changed).isTrue();
        try (FamilyModel other = Families.open(FamilyFiles.of(folder), Goldens.OPTIONS)) {
            assertThat(other.images().preprocVersion(ImageSettings.DEFAULT)).isNotEqualTo(before);
        }
    }

    @Test
    void unknownProcessorSetting_isRefusedByName() throws IOException {
        for (String name : List.of("processor_config.json", "preprocessor_config.json")) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                String json = Files.readString(file);
                Files.writeString(file, json.replaceFirst("\"image_mean\"", "\"do_sharpen\": true, $0"));
            }
        }
        assertThatThrownBy(() -> Families.open(FamilyFiles.of(folder), Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("do_sharpen");
    }

    @Test
    void otherNumericMode_changesTheModelVersion() {
        FamilyOptions int8 = new FamilyOptions(
                NumericMode.INT8,
                NumericMode.FLOAT32,
                Goldens.OPTIONS.linearWeights(),
                Goldens.OPTIONS.session(),
                Goldens.OPTIONS.pixels(),
                Goldens.OPTIONS.digester());
        try (FamilyModel quantised = Families.open(FamilyFiles.of(folder), int8)) {
            assertThat(quantised.tower().modelVersion()).isNotEqualTo(tower.modelVersion());
        }
    }

    @Test
    void corruptedEntry_isAMiss_andHealed() throws IOException {
        List<VisionFeatures> before = features(cache, encoder(), A);
        tower.pictures();
        try (Stream<Path> files = Files.walk(temp.resolve("features"))) {
            Path entry = files.filter(f -> f.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(entry);
            bytes[bytes.length - 5] ^= 1;
            Files.write(entry, bytes);
        }
        assertThat(features(cache, encoder(), A)).isEqualTo(before);
        assertThat(tower.pictures()).isEqualTo(1);
        assertThat(cache.stats().corruptTotal()).isPositive();
        assertThat(features(cache, encoder(), A)).isEqualTo(before);
        assertThat(tower.pictures()).isZero();
    }

    @Test
    void twoRequestsAtOnce_runTheTowerOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<VisionFeatures>>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                answers.add(threads.submit(() -> features(cache, encoder(), A)));
            }
            List<VisionFeatures> first = answers.get(0).get();
            for (Future<List<VisionFeatures>> answer : answers) {
                assertThat(answer.get()).isEqualTo(first);
            }
            assertThat(tower.pictures()).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void cachedFeatures_areNobodyElsesMemory() {
        try (FeatureCache memory = inMemory()) {
            List<VisionFeatures> kept = features(memory, encoder(), A);
            List<Map<String, Tensor>> copies =
                    kept.stream().map(FamilyContract::copies).toList();
            for (int i = 0; i < 3; i++) {
                tower.encode(List.of(model.images().process(B, ImageSettings.DEFAULT)));
                tower.encode(List.of(model.images().process(C, ImageSettings.DEFAULT)));
                logits(prompt(one().prompt(), kept));
            }
            assertThat(features(memory, encoder(), A).get(0).tensors()).isEqualTo(copies.get(0));
        }
    }

    private static Map<String, Tensor> copies(VisionFeatures features) {
        Map<String, Tensor> copies = new HashMap<>();
        features.tensors()
                .forEach((name, tensor) ->
                        copies.put(name, Tensor.copyOf(tensor.dtype(), tensor.shape(), tensor.data())));
        return copies;
    }

    @Test
    void featuresOfABatch_areBitForBitThoseOfEachPictureAlone() {
        assertBatchIsEachAlone(tower);
        for (NumericMode mode : NumericMode.values()) {
            FamilyOptions options = new FamilyOptions(
                    mode,
                    NumericMode.FLOAT32,
                    Goldens.OPTIONS.linearWeights(),
                    Goldens.OPTIONS.session().withMemory(WeightMemory.MAP),
                    Goldens.OPTIONS.pixels(),
                    Goldens.OPTIONS.digester());
            try (FamilyModel other = Families.open(FamilyFiles.of(folder), options)) {
                assertBatchIsEachAlone(other.tower());
            }
        }
    }

    private void assertBatchIsEachAlone(VisionTower any) {
        var a = model.images().process(A, ImageSettings.DEFAULT);
        var b = model.images().process(B, ImageSettings.DEFAULT);
        List<VisionFeatures> together = any.encode(List.of(a, b, a, b, b));
        for (int i = 0; i < 5; i++) {
            assertThat(together.get(i))
                    .isEqualTo(any.encode(List.of(i % 2 == 0 && i < 4 ? a : b)).get(0));
        }
    }

    // ---- the language model

    @Test
    void chunks_giveWhatOneReadingGives() {
        Prompt prompt = prompt(features(cache, B, C));
        Tensor whole = logits(prompt);
        for (int chunk : new int[] {1, 5, 16}) {
            try (SequenceBatch batch = model.language().newBatch()) {
                Sequence sequence = batch.open(prompt, prompt.length());
                Tensor last = whole;
                while (sequence.length() < prompt.length()) {
                    int end = Math.min(prompt.length(), prompt.pauseFrom(sequence.length() + chunk));
                    last = batch.prefill(sequence, end - sequence.length(), Wanted.LAST);
                }
                assertClose("chunks of " + chunk, last, whole);
            }
        }
    }

    /** A sequence among others, and its logits so far. */
    private record Running(Sequence sequence, List<Tensor> steps) {
        long next() {
            return largest(last(steps));
        }
    }

    @Test
    void sequencesThatJoinAndLeave_areWhatEachIsAlone() {
        List<Prompt> prompts =
                List.of(prompt(features(cache, B, C)), shortPrompt(), prompt(one().prompt(), features(cache, A)));
        List<List<Tensor>> together = new ArrayList<>();
        try (SequenceBatch batch = model.language().newBatch()) {
            List<Running> running = new ArrayList<>();
            for (int step = 0; step == 0 || !running.isEmpty(); step++) {
                if (step % 2 == 0 && step / 2 < prompts.size()) {
                    running.add(join(batch, prompts.get(step / 2)));
                    together.add(last(running).steps);
                }
                Tensor logits = batch.decode(
                        running.stream().map(Running::sequence).toList(),
                        running.stream().mapToLong(Running::next).toArray());
                for (int i = 0; i < running.size(); i++) {
                    running.get(i).steps.add(row(logits, i));
                }
                running.stream().filter(r -> r.steps.size() == STEPS).forEach(r -> batch.remove(r.sequence));
                running.removeIf(r -> r.steps.size() == STEPS);
            }
        }
        for (int i = 0; i < prompts.size(); i++) {
            List<Tensor> alone = run(prompts.get(i), STEPS);
            for (int step = 0; step < STEPS; step++) {
                assertClose("sequence " + i + " step " + step, together.get(i).get(step), alone.get(step));
            }
        }
    }

    private static Running join(SequenceBatch batch, Prompt prompt) {
        Sequence sequence = batch.open(prompt, prompt.length());
        List<Tensor> steps = new ArrayList<>();
        steps.add(batch.prefill(sequence, prompt.length(), Wanted.LAST));
        return new Running(sequence, steps);
    }

    @Test
    void fork_goesOnAsIfReadAnew() {
        Prompt first = prompt(one().prompt(), features(cache, A));
        try (SequenceBatch batch = model.language().newBatch()) {
            Sequence before = batch.open(first, first.length());
            long token = largest(batch.prefill(before, first.length(), Wanted.LAST));
            batch.decode(List.of(before), new long[] {token});
            int shared = batch.shared(before, first);
            assertThat(shared).isEqualTo(cutsBack() ? first.pauseUpTo(first.length() - 1) : 0);
            if (shared == 0) {
                return;
            }
            Sequence after = batch.fork(before, shared, first, first.length());
            assertThat(largest(batch.prefill(after, first.length() - after.length(), Wanted.LAST)))
                    .isEqualTo(token);
            Prompt other = prompt(one().prompt(), features(cache, encoder(), B).subList(0, 1));
            assertThat(batch.shared(before, other)).isLessThan(first.length());
        }
    }

    @Test
    void aSequenceWhosePromptIsRead_keepsNoFeatures_unlessItMayBeComputedAnew() {
        Prompt prompt = prompt(one().prompt(), features(cache, A));
        try (SequenceBatch batch = model.language().newBatch()) {
            Sequence sequence = batch.open(prompt, prompt.length());
            batch.prefill(sequence, prompt.length(), Wanted.NONE);

            List<FeatureRows> kept = Stream.concat(
                            sequence.prompt().placements().stream().map(Prompt.Placement::rows),
                            sequence.prompt().states().stream().map(Prompt.States::rows))
                    .toList();

            assertThat(kept).isNotEmpty().allSatisfy(rows -> {
                if (computesAnew()) {
                    assertThat(rows.tensor().dim(0)).isEqualTo(rows.count());
                } else {
                    assertThatThrownBy(rows::tensor).isInstanceOf(IllegalStateException.class);
                }
            });
        }
    }

    @Test
    void replace_goesOnAsIfReadAnew_andLeavesTheOthers() {
        Prompt first = prompt(one().prompt(), features(cache, A));
        List<Tensor> alone = run(first, 2);
        try (SequenceBatch batch = model.language().newBatch()) {
            Sequence before = batch.open(first, first.length());
            Sequence other = batch.open(first, first.length());
            batch.prefill(before, first.length(), Wanted.NONE);
            assertThat(largest(batch.prefill(other, first.length(), Wanted.LAST)))
                    .isEqualTo(largest(alone.get(0)));

            int shared = first.pauseUpTo(Math.min(batch.shared(before, first), first.length() - 1));
            Sequence after = batch.replace(before, shared, first, first.length());

            assertThatThrownBy(() -> batch.remove(before)).isInstanceOf(IllegalArgumentException.class);
            long token = largest(batch.prefill(after, first.length() - after.length(), Wanted.LAST));
            assertThat(token).isEqualTo(largest(alone.get(0)));
            Tensor next = batch.decode(List.of(other, after), new long[] {token, token});
            assertThat(largest(row(next, 0))).isEqualTo(largest(alone.get(1)));
            assertThat(largest(row(next, 1))).isEqualTo(largest(alone.get(1)));
        }
    }

    @Test
    void quantisedLanguageModel_saysNearlyTheSame() {
        Prompt prompt = prompt(one().prompt(), features(cache, A));
        Tensor exact = logits(prompt);
        double largest =
                Goldens.difference(exact, Tensor.ofFloats(new float[(int) exact.elementCount()], exact.shape()));
        for (NumericMode mode : List.of(NumericMode.INT8, NumericMode.INT4)) {
            FamilyOptions options = new FamilyOptions(
                    NumericMode.FLOAT32,
                    mode,
                    Goldens.OPTIONS.linearWeights(),
                    Goldens.OPTIONS.session(),
                    Goldens.OPTIONS.pixels(),
                    Goldens.OPTIONS.digester());
            try (FamilyModel quantised = Families.open(FamilyFiles.of(folder), options);
                    SequenceBatch batch = quantised.language().newBatch()) {
                Sequence sequence = batch.open(prompt, prompt.length());
                Tensor logits = batch.prefill(sequence, prompt.length(), Wanted.LAST);
                double off = Goldens.difference(logits, exact) / largest;
                assertThat(off).as("%s", mode).isLessThan(mode == NumericMode.INT8 ? INT8_OFF : INT4_OFF);
            }
        }
    }

    @Test
    void chat_throughThePublicApi_answersAsTheReference() {
        ModelOptions options =
                ModelOptions.builder().cacheFolder(temp.resolve("cache")).build();
        try (VisionLanguageModel whole = VisionLanguageModel.load(folder, options);
                Conversation conversation = whole.newConversation()) {
            List<ChatMessage> messages = List.of(ChatMessage.user(one().pictures(), text(one().messages())));
            List<VisionFeatures> pictures = whole.encodeImages(one().pictures(), ImageSettings.DEFAULT).stream()
                    .map(ImageReport::features)
                    .toList();
            Prompt prompt = whole.prompt(messages, pictures, Map.of());
            GenerationOptions greedy =
                    GenerationOptions.greedy(one().tokens().length).withIgnoreEnd(true);
            assertThat(conversation.generate(prompt, greedy, piece -> {}).tokens())
                    .isEqualTo(one().tokens());
        }
    }

    @Test
    void moreOrFewerPlacesThanPictures_isAnErrorBeforeAnyPictureIsLookedAt() {
        String prompt = one().prompt();
        model.prompts().requirePlaces(prompt, 1);
        assertThatThrownBy(() -> model.prompts().requirePlaces(prompt, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 ");
        assertThatThrownBy(() -> model.prompts().requirePlaces(prompt, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textBeyondTheContext_isAnErrorBeforeAnyPictureIsLookedAt() {
        ModelOptions options =
                ModelOptions.builder().cacheFolder(temp.resolve("cache")).build();
        try (VisionLanguageModel whole = VisionLanguageModel.load(folder, options);
                FeatureCache unasked = inMemory()) {
            Trace.Options one = new Trace.Options(1, false, unasked);
            byte[] noPicture = {1, 2, 3};
            String book = "word ".repeat(3000);
            assertThatThrownBy(() -> Trace.ofImages(whole, List.of(noPicture), book, ImageSettings.DEFAULT, one))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("context");
            assertThat(unasked.stats().images()).isZero();
        }
    }

    private static String text(JsonNode messages) {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : messages.get(0).get("content")) {
            text.append(part.path("text").asText());
        }
        return text.toString();
    }

    private List<Tensor> run(Prompt prompt, int count) {
        try (SequenceBatch batch = model.language().newBatch()) {
            List<Tensor> steps = new ArrayList<>();
            Sequence sequence = batch.open(prompt, prompt.length() + count);
            steps.add(batch.prefill(sequence, prompt.length(), Wanted.LAST));
            while (steps.size() < count) {
                steps.add(batch.decode(List.of(sequence), new long[] {largest(last(steps))}));
            }
            return steps;
        }
    }

    private static <T> T last(List<T> steps) {
        return steps.get(steps.size() - 1);
    }
}
