"""SmolVLM2: Idefics3 with tokens for the tiles' places and a stronger pixel shuffle."""

from cases import with_settings
from families.idefics3 import features, preprocessor
from family import Family

BASE, VOCABULARY = 384, 440
PLACES = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
LAST = ["<global-img>", *PLACES, "<fake_token_around_image>", "<image>", "<end_of_utterance>"]
IMAGE = BASE + LAST.index("<image>")

MODEL = Family(
    folder="smolvlm",
    config={
        "architectures": ["SmolVLMForConditionalGeneration"], "image_token_id": IMAGE, "model_type": "smolvlm",
        "pad_token_id": 2, "scale_factor": 4, "tie_word_embeddings": False, "torch_dtype": "float32",
        "transformers_version": "4.47.1", "use_cache": False, "vocab_size": VOCABULARY,
        "text_config": {
            "architectures": ["VLlama3ForCausalLM"], "head_dim": 16, "hidden_size": 48, "intermediate_size": 72,
            "max_position_embeddings": 2048, "model_type": "llama", "num_attention_heads": 3,
            "num_hidden_layers": 3, "num_key_value_heads": 1, "pad_token_id": 2, "rms_norm_eps": 1e-05,
            "rope_interleaved": False, "rope_theta": 100000, "torch_dtype": "float32", "use_cache": True,
            "vocab_size": VOCABULARY,
        },
        "vision_config": {
            "hidden_size": 24, "image_size": 32, "intermediate_size": 40, "max_image_size": {"longest_edge": 32},
            "model_type": "smolvlm_vision", "num_attention_heads": 3, "num_hidden_layers": 3, "patch_size": 4,
            "size": {"longest_edge": 64}, "tie_word_embeddings": False, "use_base_siglip": False,
        },
    },
    files={
        "preprocessor_config.json": preprocessor("SmolVLMImageProcessor", "SmolVLMProcessor", 32, 64) | {
            "video_sampling": {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": 32}},
        },
        "processor_config.json": {"image_seq_len": 4, "processor_class": "SmolVLMProcessor"},
        "generation_config.json": {
            "_from_model_config": True, "bos_token_id": 1, "eos_token_id": [BASE + LAST.index("<end_of_utterance>")],
            "pad_token_id": 2, "transformers_version": "4.47.1",
        },
    },
    tokenizer=dict(base=BASE, first=["<|endoftext|>", "<|im_start|>", "<|im_end|>"], last=LAST),
    tokenizer_settings=dict(
        processor_class="SmolVLMProcessor", bos_token="<|im_start|>", eos_token="<end_of_utterance>",
        pad_token="<|im_end|>", unk_token="<|endoftext|>", end_of_utterance_token="<end_of_utterance>",
        fake_image_token="<fake_token_around_image>", global_image_token="<global-img>", image_token="<image>",
        extra_special_tokens={
            "end_of_utterance_token": "<end_of_utterance>", "fake_image_token": "<fake_token_around_image>",
            "global_image_token": "<global-img>", "image_token": "<image>",
        },
        tokenizer_class="GPT2Tokenizer",
    ),
    template="smolvlm", names=[], features=features, cases=with_settings(do_image_splitting=False),
    template_file="chat_template.jinja",
)

FAMILIES = [MODEL]
