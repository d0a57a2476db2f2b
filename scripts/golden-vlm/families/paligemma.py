"""PaliGemma: SigLIP and one linear layer; Gemma or Gemma 2, whose prompts see themselves in both directions."""

import functools

from transformers import PaliGemmaProcessor
from transformers.models.paligemma import processing_paligemma

from cases import CASES
from family import TEMPLATES, Family
from goldens import must_change

BASE = 290
# as the processor adds them to tokenizers that lack them; all 1152 would make large files
PLACES = ["<loc0000>", "<loc0001>", "<seg000>"]
IMAGE = BASE + len(PLACES)
VOCABULARY = 300
HALF = [0.5, 0.5, 0.5]


def render_prompts():
    """Published without a template: one that writes what the processor's documentation asks for."""
    processing_paligemma.EXTRA_TOKENS[:] = PLACES
    plain = PaliGemmaProcessor.__init__

    @functools.wraps(plain)
    def init(self, image_processor=None, tokenizer=None, chat_template=None, **settings):
        template = chat_template or (TEMPLATES / "paligemma.jinja").read_text()
        plain(self, image_processor, tokenizer, chat_template=template, **settings)

    PaliGemmaProcessor.__init__ = init


render_prompts()


def features(model, inputs):
    return {"features": model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output.flatten(0, 1)}


def matters(model, inputs, logits):
    causal = dict(inputs, token_type_ids=inputs["token_type_ids"] + 1)
    must_change("that the prompt sees itself", model(**causal).logits[0, -1], logits[-1])


def around_zero(noise):
    """A norm that multiplies by 1 + weight."""
    return 0.2 * noise


def family(folder, text_config, vision_config, **settings):
    hidden = text_config["hidden_size"]
    return Family(
        folder=folder,
        config={
            "architectures": ["PaliGemmaForConditionalGeneration"], "bos_token_id": 2, "eos_token_id": 1,
            "hidden_size": 2048, "ignore_index": -100, "image_token_index": IMAGE, "model_type": "paligemma",
            "pad_token_id": 0, "projection_dim": hidden,
            "text_config": {"num_image_tokens": 9, "torch_dtype": "float32", **text_config},
            "torch_dtype": "bfloat16", "transformers_version": "4.41.0.dev0",
            "vision_config": {
                "hidden_size": 32, "image_size": 24, "intermediate_size": 56, "model_type": "siglip_vision_model",
                "num_attention_heads": 4, "num_hidden_layers": 2, "num_image_tokens": 9, "patch_size": 8,
                "projection_dim": hidden, "projector_hidden_act": "gelu_fast", "torch_dtype": "float32",
                "vision_use_head": False, **vision_config,
            },
        },
        files={
            "preprocessor_config.json": {
                "do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True,
                "image_mean": HALF, "image_processor_type": "SiglipImageProcessor", "image_seq_length": 9,
                "image_std": HALF, "processor_class": "PaliGemmaProcessor", "resample": 3,
                "rescale_factor": 0.00392156862745098, "size": {"height": 24, "width": 24},
            },
            "generation_config.json": {
                "_from_model_config": True, "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0,
                "transformers_version": "4.41.0.dev0",
            },
        },
        tokenizer=dict(
            base=BASE, first=["<pad>", "<eos>", "<bos>", "<unk>"], last=[*PLACES, "<image>"], bos="<bos>",
        ),
        tokenizer_settings=dict(
            processor_class="PaliGemmaProcessor", bos_token="<bos>", eos_token="<eos>", unk_token="<unk>",
            pad_token="<pad>", additional_special_tokens=["<image>"],
            # the published class, GemmaTokenizer, is for sentences cut by SentencePiece
            tokenizer_class="PreTrainedTokenizerFast",
        ),
        template="paligemma", template_file=None, matters=matters,
        names=[
            (r"^model\.vision_tower\.(?!vision_model\.)", "vision_tower.vision_model."),
            (r"^model\.multi_modal_projector\.", "multi_modal_projector."),
            (r"^model\.language_model\.", "language_model.model."),
        ],
        features=features, dtype="bfloat16",
        # small tied embeddings, so that a token does not call for itself, and a last norm that makes up for it
        gains=[
            ("vision_tower", 1.0), ("language_model.norm", lambda noise: 7 + noise), ("norm", around_zero),
            ("embed_tokens", 0.06),
        ],
        **settings,
    )


KEPT = ["one", "two", "three", "tiny", "a_b", "b_a"]

# an activation that old files give by the name of another; the picture's token has no embedding
MODEL = family(
    "paligemma",
    {
        "head_dim": 16, "hidden_act": "gelu", "hidden_activation": None, "hidden_size": 48, "intermediate_size": 80,
        "model_type": "gemma", "num_attention_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 1,
        "vocab_size": IMAGE,
    },
    {},
    cases={name: CASES[name] for name in KEPT},
)

# a window shorter than the prompts, caps low enough to show
VARIANT = family(
    "paligemma/variant",
    {
        "attn_logit_softcapping": 2.0, "final_logit_softcapping": 6.0, "head_dim": 12,
        "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 40, "intermediate_size": 64, "model_type": "gemma2",
        "num_attention_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 2, "query_pre_attn_scalar": 20,
        "sliding_window": 12, "vocab_size": VOCABULARY,
    },
    {"hidden_size": 24, "intermediate_size": 40},
    cases={name: CASES[name] for name in ["one", "two"]},
)

FAMILIES = [MODEL, VARIANT]
