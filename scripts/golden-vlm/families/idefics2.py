"""Idefics2: a tower over four quarters and the whole picture, each of its own size, a perceiver resampler, Mistral."""

import torch

from cases import CASES
from family import Family
from goldens import must_change

BASE, VOCABULARY = 284, 287
HALF = [0.5, 0.5, 0.5]
NAMES = ["pixel_values", "pixel_attention_mask"]


def features(model, inputs):
    out = model.get_image_features(**{name: inputs[name] for name in NAMES})
    return {"features": torch.cat(list(out.pooler_output))}


def matters(model, inputs, logits):
    """What each layer of the resampler, and each latent, makes of the picture must count."""
    resampler = model.model.connector.perceiver_resampler
    for weight in [resampler.latents, *[layer.self_attn.o_proj.weight for layer in resampler.layers]]:
        before = weight.data
        weight.data = torch.flip(before, [0])
        must_change("the resampler", model(**inputs).logits[0, -1], logits[-1])
        weight.data = before


def family(folder, split, layers, perceiver, **settings):
    return Family(
        folder=folder,
        config={
            "architectures": ["Idefics2ForConditionalGeneration"], "image_token_id": BASE + 1,
            "model_type": "idefics2", "tie_word_embeddings": False, "torch_dtype": "bfloat16",
            "transformers_version": "4.40.0.dev0", "use_cache": True,
            "perceiver_config": {
                "hidden_act": "silu", "model_type": "idefics2", "num_key_value_heads": 2, "resampler_depth": layers,
                "resampler_head_dim": 8, "resampler_n_heads": 4, "resampler_n_latents": 3,
            } | perceiver,
            "text_config": {
                "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 40,
                "intermediate_size": 56, "max_position_embeddings": 1024, "model_type": "mistral",
                "num_attention_heads": 4, "num_hidden_layers": layers, "num_key_value_heads": 2, "pad_token_id": 0,
                "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "sliding_window": 4096, "vocab_size": VOCABULARY,
            },
            # 22 pixels are five patches and a rest: other positions than the table's eight
            "vision_config": {
                "hidden_size": 24, "image_size": 32, "intermediate_size": 40, "model_type": "idefics2",
                "num_attention_heads": 3, "num_hidden_layers": layers, "patch_size": 4,
            },
        },
        files={
            "preprocessor_config.json": {
                "do_convert_rgb": True, "do_image_splitting": split, "do_normalize": True, "do_pad": True,
                "do_rescale": True, "do_resize": True, "image_mean": HALF,
                "image_processor_type": "Idefics2ImageProcessor", "image_std": HALF,
                "processor_class": "Idefics2Processor", "resample": 2, "rescale_factor": 0.00392156862745098,
                "size": {"longest_edge": 22, "shortest_edge": 10},
            },
            "processor_config.json": {"image_seq_len": 3, "processor_class": "Idefics2Processor"},
            "generation_config.json": {
                "_from_model_config": True, "bos_token_id": 1, "eos_token_id": [2, BASE + 2], "pad_token_id": 0,
                "transformers_version": "4.40.0.dev0",
            },
        },
        tokenizer=dict(
            base=BASE, first=["<unk>", "<s>", "</s>"], bos="<s>",
            last=["<fake_token_around_image>", "<image>", "<end_of_utterance>"],
        ),
        tokenizer_settings=dict(
            processor_class="Idefics2Processor", bos_token="<s>", eos_token="</s>", pad_token="<unk>",
            unk_token="<unk>", tokenizer_class="PreTrainedTokenizerFast",
            additional_special_tokens=["<fake_token_around_image>", "<image>", "<end_of_utterance>"],
        ),
        template="idefics2", template_file="tokenizer_config.json", names=[], features=features, matters=matters,
        dtype="bfloat16", **settings,
    )


KEPT = ["text", "one", "two", "three", "very_wide", "tiny", "rgba"]

MODEL = family("idefics2", True, 2, {}, cases={name: CASES[name] for name in KEPT})

# pictures as a whole, which the processor of the whole model does not let a request ask for
WHOLE = family(
    "idefics2/whole", False, 1, {"hidden_size": 40, "rms_norm_eps": 1e-03, "hidden_act": "gelu"},
    cases={name: CASES[name] for name in ["one"]}, layouts=("published",),
)

FAMILIES = [MODEL, WHOLE]
