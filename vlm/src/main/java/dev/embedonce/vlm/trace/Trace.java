package dev.embedonce.vlm.trace;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.TensorModel;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.generate.Sampler;
import dev.embedonce.vlm.generate.Sampling;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of a request: features, logits, greedy tokens.
 *
 * @param tensors the features of all pictures by name, one picture's after the other's; {@code image_tokens}, int64,
 *     how many each has; {@code input_ids} int64 {@code [batch, tokens]}; {@code logits} float32 {@code [batch,
 *     vocabulary]} after the last token, or {@code [batch, tokens, vocabulary]}; {@code tokens} int64 {@code [batch,
 *     maxTokens]}, tokens that end an answer being like any other
 * @param images where each picture's features came from
 */
public record Trace(Map<String, Tensor> tensors, List<ImageReport> images) {
    /**
     * How a request is traced.
     *
     * @param maxTokens greedy tokens to generate, from 0 on
     * @param allLogits whether the logits of every token of the prompt are wanted
     * @param cache for the features; null for none
     */
    public record Options(
            int maxTokens, boolean allLogits, @Nullable FeatureCache cache) {
        public Options {
            if (maxTokens < 0) {
                throw new IllegalArgumentException("max tokens: expected 0 or more; found " + maxTokens);
            }
        }
    }

    /**
     * Traces the tensors that transformers' processor gives: {@code input_ids} {@code [batch, tokens]}, {@code
     * attention_mask} if rows are padded, {@code pixel_values} and what goes with it.
     *
     * @throws IllegalArgumentException if one is missing or does not fit
     */
    public static Trace ofTensors(TensorModel model, Map<String, Tensor> inputs, Options options) {
        Tensor ids = inputs.get("input_ids");
        if (ids == null || ids.dtype() != DType.INT64 || ids.rank() != 2) {
            throw new IllegalArgumentException(
                    "expected input_ids, int64 [batch, tokens]; found " + (ids == null ? inputs.keySet() : ids));
        }
        List<ImageReport> images = model.encodeTensors(inputs, options.cache());
        List<VisionFeatures> left =
                new ArrayList<>(images.stream().map(ImageReport::features).toList());
        List<Prompt> prompts = new ArrayList<>();
        for (int row = 0; row < ids.dim(0); row++) {
            boolean last = row == ids.dim(0) - 1;
            prompts.add(prompt(model, unpadded(ids, inputs.get("attention_mask"), row), left, last));
        }
        return trace(model, prompts, images, options);
    }

    /** Traces a question about pictures, through the model's own processor and chat template. */
    public static Trace ofImages(
            VisionLanguageModel model,
            List<byte[]> pictures,
            String question,
            ImageSettings settings,
            Options options) {
        String rendered = model.render(List.of(ChatMessage.user(pictures, question)), Map.of());
        List<ImageReport> images = model.encodeImages(pictures, settings, options.cache());
        List<VisionFeatures> features =
                images.stream().map(ImageReport::features).toList();
        Prompt prompt = model.prompt(rendered, features);
        return trace(model.tensors(), List.of(prompt), images, options);
    }

    /** The ids of one row that count. */
    private static long[] unpadded(Tensor ids, @Nullable Tensor mask, int row) {
        int tokens = Math.toIntExact(ids.dim(1));
        long[] all = new long[tokens];
        int count = 0;
        for (int i = row * tokens; i < (row + 1) * tokens; i++) {
            if (mask == null || mask.longs().get(i) != 0) {
                all[count++] = ids.longs().get(i);
            }
        }
        return Arrays.copyOf(all, count);
    }

    /** A row takes as many of the pictures that are left as fit its placeholders. */
    private static Prompt prompt(TensorModel model, long[] ids, List<VisionFeatures> left, boolean takesAll) {
        for (int count = takesAll ? left.size() : 0; ; count++) {
            List<VisionFeatures> own = List.copyOf(left.subList(0, count));
            try {
                Prompt prompt = model.prompt(ids, own);
                left.subList(0, count).clear();
                return prompt;
            } catch (IllegalArgumentException e) {
                if (count >= left.size()) {
                    throw e;
                }
            }
        }
    }

    private static Trace trace(TensorModel model, List<Prompt> prompts, List<ImageReport> images, Options options) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(joined(images));
        List<Tensor> ids = new ArrayList<>();
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> tokens = new ArrayList<>();
        for (Prompt prompt : prompts) {
            try (SequenceBatch batch = model.language().newBatch()) {
                Sequence sequence = batch.open(prompt, prompt.length() + options.maxTokens());
                Tensor read = batch.prefill(sequence, prompt.length(), options.allLogits() ? Wanted.ALL : Wanted.LAST);
                ids.add(Tensor.ofLongs(prompt.ids(), 1, prompt.length()));
                logits.add(
                        options.allLogits()
                                ? Tensor.view(DType.FLOAT32, new long[] {1, read.dim(0), read.dim(1)}, read.data())
                                : read);
                tokens.add(greedy(batch, sequence, read, options.maxTokens()));
            }
        }
        tensors.put("input_ids", concatenated("input_ids", ids));
        tensors.put("logits", concatenated("logits", logits));
        tensors.put("tokens", concatenated("tokens", tokens));
        return new Trace(tensors, images);
    }

    private static Tensor greedy(SequenceBatch batch, Sequence sequence, Tensor read, int count) {
        int vocabulary = Math.toIntExact(read.dim(1));
        float[] logits = new float[vocabulary];
        read.floats().slice(read.floats().limit() - vocabulary, vocabulary).get(logits);
        Sampler sampler = new Sampler(Sampling.GREEDY, new long[0]);
        long[] tokens = new long[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = sampler.next(logits);
            if (i + 1 < count) {
                batch.decode(List.of(sequence), new long[] {tokens[i]}).floats().get(logits);
            }
        }
        return Tensor.ofLongs(tokens, 1, count);
    }

    private static Map<String, Tensor> joined(List<ImageReport> images) {
        Map<String, Tensor> joined = new LinkedHashMap<>();
        if (images.isEmpty()) {
            return joined;
        }
        for (String name : images.get(0).features().tensors().keySet()) {
            List<Tensor> parts =
                    images.stream().map(i -> i.features().get(name)).toList();
            joined.put(name, concatenated(name, parts.get(0).dtype() == DType.FLOAT32 ? parts : rows(parts)));
        }
        long[] counts = images.stream().mapToLong(i -> i.features().tokens()).toArray();
        joined.put("image_tokens", Tensor.ofLongs(counts, counts.length));
        return joined;
    }

    /** Each with a first axis of its own, as processors stack grids and sizes. */
    private static List<Tensor> rows(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> {
                    long[] shape = new long[tensor.rank() + 1];
                    shape[0] = 1;
                    System.arraycopy(tensor.shape(), 0, shape, 1, tensor.rank());
                    return Tensor.view(tensor.dtype(), shape, tensor.data());
                })
                .toList();
    }

    private static Tensor concatenated(String name, List<Tensor> parts) {
        long[] shape = parts.get(0).shape();
        shape[0] = 0;
        for (Tensor part : parts) {
            long[] own = part.shape();
            if (!Arrays.equals(own, 1, own.length, shape, 1, shape.length)) {
                throw new IllegalArgumentException(name + ": the parts of this request have different shapes, " + parts
                        + "; trace them one by one");
            }
            shape[0] += own[0];
        }
        return Tensor.joined(shape, parts);
    }
}
