"""Granite Vision, published as a LLaVA-NeXT: four layers of a SigLIP, whose tiles leave pixels over; a Granite."""

from transformers import LlavaNextForConditionalGeneration

from cases import CASES
from families import llava, llava_next
from family import Family
from goldens import must_change

FIRST = ["<|end_of_text|>", "<fim_prefix>"]
LAST = ["<|system|>", "<|user|>", "<|assistant|>", "<image>"]
BASE = 296
VOCABULARY = BASE + len(LAST)
PINPOINTS = [[20, 40], [20, 60], [20, 80], [40, 20], [60, 20], [40, 40]]
# each shows something that the others do not
SHOWN = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]


def divide_logits():
    """As Granite's own class does; that of LLaVA-NeXT leaves it out in transformers 5.23."""
    plain = LlavaNextForConditionalGeneration.__init__

    def init(self, config):
        plain(self, config)
        scaling = getattr(config.text_config, "logits_scaling", 1)
        self.lm_head.register_forward_hook(lambda module, inputs, logits: logits / scaling)

    LlavaNextForConditionalGeneration.__init__ = init


divide_logits()


def matters(model, inputs, logits):
    """Every multiplier."""
    text = model.model.language_model
    for module, name in [(text, "embedding_multiplier"), (text.layers[0], "residual_multiplier"),
                         (text.layers[0].self_attn, "scaling")]:
        value = getattr(module, name)
        setattr(module, name, 2 * value)
        must_change(name, model(**inputs).logits[0], logits)
        setattr(module, name, value)


MODEL = Family(
    folder="granite_vision",
    config={
        "architectures": ["LlavaNextForConditionalGeneration"], "ignore_index": -100,
        "image_grid_pinpoints": PINPOINTS, "image_seq_length": 576, "image_token_index": VOCABULARY - 1,
        "model_type": "llava_next", "multimodal_projector_bias": True, "projector_hidden_act": "gelu",
        "text_config": {
            "architectures": ["GraniteForCausalLM"], "attention_bias": False, "attention_dropout": 0.1,
            "attention_multiplier": 1.2, "bos_token_id": 0, "embedding_multiplier": 6.0, "eos_token_id": 0,
            "hidden_act": "silu", "hidden_size": 48, "initializer_range": 0.02, "intermediate_size": 72,
            "logits_scaling": 1.5, "max_position_embeddings": 1024, "mlp_bias": False, "model_type": "granite",
            "num_attention_heads": 6, "num_hidden_layers": 2, "num_key_value_heads": 2, "pad_token_id": 0,
            "residual_multiplier": 0.4, "rms_norm_eps": 1e-05, "rope_scaling": None, "rope_theta": 300000,
            "tie_word_embeddings": True, "torch_dtype": "bfloat16", "use_cache": True, "vocab_size": VOCABULARY,
        },
        "tie_word_embeddings": True, "torch_dtype": "bfloat16", "transformers_version": "4.49.0",
        "use_image_newline_parameter": True,
        "vision_config": {
            "attention_dropout": 0.0, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 32, "image_size": 20,
            "intermediate_size": 56, "layer_norm_eps": 1e-06, "model_type": "siglip_vision_model",
            "num_attention_heads": 4, "num_channels": 3, "num_hidden_layers": 5, "patch_size": 6,
            "torch_dtype": "bfloat16",
        },
        "vision_feature_layer": [-5, -4, -2, -1], "vision_feature_select_strategy": "full",
    },
    files={
        "preprocessor_config.json": llava_next.PREPROCESSOR | {
            "crop_size": {"height": 20, "width": 20}, "image_grid_pinpoints": PINPOINTS, "image_mean": [0.5] * 3,
            "image_std": [0.5] * 3, "size": {"height": 20, "width": 20},
        },
        "processor_config.json": {
            "image_token": "<image>", "num_additional_image_tokens": 0, "patch_size": 6,
            "processor_class": "LlavaNextProcessor", "vision_feature_select_strategy": "full",
        },
        "generation_config.json": {
            "_from_model_config": True, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0,
            "transformers_version": "4.49.0",
        },
    },
    tokenizer=dict(base=BASE, first=FIRST, last=LAST),
    tokenizer_settings=dict(
        processor_class="LlavaNextProcessor", bos_token=FIRST[0], eos_token=FIRST[0], unk_token=FIRST[0],
        pad_token=FIRST[0], tokenizer_class="GPT2Tokenizer",
    ),
    template="granite_vision", names=llava.NAMES + [(r"^model\.image_newline$", "image_newline")],
    features=llava_next.features, dtype="bfloat16",
    # the multiplied embedding must not drown what the layers add, or with a tied head each token answers itself
    gains=[("embed_tokens", 0.15), ("linear_2.weight", 0.15), ("o_proj", 1.5), ("down_proj", 10.0)],
    # under another name than WITH_ALL_LOGITS has
    cases={name: CASES[name] for name in SHOWN} | {"dialogue": CASES["turns"]},
    matters=matters,
    notes=["logits are those of the class by logits_scaling, which it leaves out"],
)

FAMILIES = [MODEL]
