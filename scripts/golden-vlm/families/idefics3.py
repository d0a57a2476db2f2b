"""Idefics3: a tower over tiles and the whole picture, pixel shuffle, the tiles' places written into the prompt."""

import torch

from cases import with_settings
from family import Family
from vocabulary import LLAMA3

BASE, VOCABULARY = 400, 416


def features(model, inputs):
    out = model.get_image_features(
        pixel_values=inputs["pixel_values"], pixel_attention_mask=inputs["pixel_attention_mask"]
    )
    return {"features": torch.cat(list(out.pooler_output)).flatten(0, -2)}


def preprocessor(image_processor, processor, tile, longest):
    return {
        "do_convert_rgb": True, "do_image_splitting": True, "do_normalize": True, "do_pad": True, "do_rescale": True,
        "do_resize": True, "image_mean": [0.5, 0.5, 0.5], "image_processor_type": image_processor,
        "image_std": [0.5, 0.5, 0.5], "max_image_size": {"longest_edge": tile}, "processor_class": processor,
        "resample": 1, "rescale_factor": 0.00392156862745098, "size": {"longest_edge": longest},
    }


MODEL = Family(
    folder="idefics3",
    config={
        "architectures": ["Idefics3ForConditionalGeneration"], "image_token_id": BASE + 4, "model_type": "idefics3",
        "scale_factor": 2, "tie_word_embeddings": False, "torch_dtype": "float32", "transformers_version": "4.46.0.dev0",
        "use_cache": True,
        "text_config": {
            "architectures": ["VLlama3ForCausalLM"], "bos_token_id": BASE, "eos_token_id": BASE + 1, "head_dim": 12,
            "hidden_size": 56, "intermediate_size": 72, "max_position_embeddings": 2048, "model_type": "llama",
            "num_attention_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 2, "pad_token_id": BASE + 2,
            "rms_norm_eps": 1e-05,
            "rope_scaling": {
                "factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                "original_max_position_embeddings": 64, "rope_type": "llama3",
            },
            "rope_theta": 500000.0, "tie_word_embeddings": False, "vocab_size": VOCABULARY,
        },
        "vision_config": {
            "hidden_size": 32, "image_size": 24, "intermediate_size": 60, "model_type": "idefics3",
            "num_attention_heads": 4, "num_hidden_layers": 3, "patch_size": 6,
        },
    },
    files={
        "preprocessor_config.json": preprocessor("Idefics3ImageProcessor", "Idefics3Processor", 24, 72),
        "processor_config.json": {"image_seq_len": 4, "processor_class": "Idefics3Processor"},
        "generation_config.json": {
            "_from_model_config": True, "bos_token_id": BASE, "eos_token_id": [BASE + 5, BASE + 1],
            "pad_token_id": BASE + 2, "transformers_version": "4.46.0.dev0",
        },
    },
    # the places of the tiles are ordinary text here
    tokenizer=dict(
        base=BASE, pattern=LLAMA3, bos="<|begin_of_text|>",
        last=[
            "<|begin_of_text|>", "<|end_of_text|>", "<pad>", "<fake_token_around_image>", "<image>",
            "<end_of_utterance>",
        ],
    ),
    tokenizer_settings=dict(
        processor_class="Idefics3Processor", bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>",
        pad_token="<pad>", additional_special_tokens=["<fake_token_around_image>", "<image>", "<end_of_utterance>"],
        tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="idefics3", template_file="chat_template.json", names=[], features=features,
    cases=with_settings(do_image_splitting=False),
)

FAMILIES = [MODEL]
