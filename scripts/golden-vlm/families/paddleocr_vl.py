"""PaddleOCR-VL: packed patches in SigLIP's layers with 2-D rotary positions, M-RoPE in sections, own output weights."""

from transformers import PaddleOCRVLConfig

from cases import CASES, with_settings
from families import qwen
from family import Family

PROCESSOR = "PaddleOCRVLProcessor"
HALF = [0.5, 0.5, 0.5]
FIRST = ["<unk>", "<s>", "</s>"]
LAST = [
    "<|begin_of_sentence|>", "<|end_of_sentence|>", "<|IMAGE_PLACEHOLDER|>", "<|IMAGE_START|>", "<|IMAGE_END|>",
    "<|video_pad|>",
]
BASE, VOCABULARY = 284, 290
KEPT = ["text", "one", "two", "three", "very_wide", "column", "tiny", "rgba"]


def respect_own_head():
    """transformers 5.23 reads `tie_word_embeddings` of a flat config as true, whatever that says."""
    plain = PaddleOCRVLConfig.__post_init__

    def read(self, **fields):
        tied = self.tie_word_embeddings
        plain(self, **fields)
        self.tie_word_embeddings = self.text_config.tie_word_embeddings = tied

    PaddleOCRVLConfig.__post_init__ = read


respect_own_head()

MODEL = Family(
    folder="paddleocr_vl",
    config={
        "architectures": ["PaddleOCRVLForConditionalGeneration"],
        "auto_map": {"AutoModelForCausalLM": "modeling_paddleocr_vl.PaddleOCRVLForConditionalGeneration"},
        "compression_ratio": 1.0, "head_dim": 16, "hidden_act": "silu", "hidden_size": 40,
        "image_token_id": BASE + 2, "intermediate_size": 56, "max_position_embeddings": 1024,
        "model_type": "paddleocr_vl", "num_attention_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 2,
        "pad_token_id": 0, "rms_norm_eps": 1e-05,
        "rope_scaling": {"mrope_section": [2, 3, 3], "rope_type": "default", "type": "default"},
        "rope_theta": 500000, "sliding_window": None, "tie_word_embeddings": False, "torch_dtype": "bfloat16",
        "transformers_version": "4.55.0", "use_3d_rope": True, "use_bias": False, "use_cache": False,
        "video_token_id": BASE + 5,
        "vision_config": {
            "attention_dropout": 0.0, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 32, "image_size": 26,
            "intermediate_size": 48, "layer_norm_eps": 1e-06, "model_type": "paddleocr_vl", "num_attention_heads": 2,
            "num_channels": 3, "num_hidden_layers": 2, "pad_token_id": 0, "patch_size": 6, "spatial_merge_size": 2,
            "temporal_patch_size": 2, "tokens_per_second": 2, "torch_dtype": "bfloat16",
        },
        "vision_end_token_id": BASE + 4, "vision_start_token_id": BASE + 3, "vocab_size": VOCABULARY,
    },
    files={
        "preprocessor_config.json": {
            "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
            "image_mean": HALF, "image_processor_type": "PaddleOCRVLImageProcessor", "image_std": HALF,
            "max_pixels": 2304, "merge_size": 2, "min_pixels": 1024, "patch_size": 6, "processor_class": PROCESSOR,
            "resample": 3, "rescale_factor": 0.00392156862745098, "temporal_patch_size": 1,
        },
        "generation_config.json": {
            "_from_model_config": True, "eos_token_id": 2, "pad_token_id": 0, "transformers_version": "4.55.0",
        },
    },
    tokenizer=dict(base=BASE, first=FIRST, last=LAST),
    tokenizer_settings=dict(
        processor_class=PROCESSOR, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<unk>",
        cls_token=LAST[0], sep_token=LAST[1], image_token=LAST[2], tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="paddleocr_vl", template_file="chat_template.jinja",
    names=[
        (r"^model\.visual\.", "visual."), (r"^model\.projector\.", "mlp_AR."),
        (r"^model\.language_model\.", "model."),
    ],
    features=qwen.features, dtype="bfloat16",
    cases={name: CASES[name] for name in KEPT}
    | {"settings": with_settings(size={"shortest_edge": 576, "longest_edge": 1536})["settings"]},
    notes=["transformers 5.23 takes the embedding table for the LM head of a flat config; not so here"],
)

FAMILIES = [MODEL]
