"""Pixtral, published as a LLaVA with its own tower: pictures of any size, a token a patch, a break after each row."""

import torch

from cases import CASES
from family import CLIP_MEAN, CLIP_STD, Family
from vocabulary import LLAMA3

FIRST = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
         "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]"]
VOCABULARY = 300
# each shows something that the others do not
SHOWN = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]


def features(model, inputs):
    out = model.get_image_features(pixel_values=inputs["pixel_values"], image_sizes=inputs["image_sizes"])
    return {"features": torch.cat(list(out.pooler_output))}


MODEL = Family(
    folder="pixtral",
    config={
        "architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_seq_length": 1,
        "image_token_index": FIRST.index("[IMG]"), "model_type": "llava", "projector_hidden_act": "gelu",
        "text_config": {
            "head_dim": 16, "hidden_size": 48, "intermediate_size": 72, "max_position_embeddings": 1024,
            "model_type": "mistral", "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2,
            "rms_norm_eps": 1e-05, "rope_theta": 1000000000.0, "sliding_window": None, "vocab_size": VOCABULARY,
        },
        "torch_dtype": "bfloat16", "transformers_version": "4.46.0.dev0",
        "vision_config": {
            "head_dim": 8, "hidden_act": "silu", "hidden_size": 32, "image_size": 48, "intermediate_size": 56,
            "model_type": "pixtral", "num_attention_heads": 4, "num_hidden_layers": 3, "patch_size": 8,
            "rope_theta": 10000.0,
        },
        "vision_feature_layer": -1, "vision_feature_select_strategy": "full",
    },
    files={
        "preprocessor_config.json": {
            "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
            "image_mean": CLIP_MEAN, "image_processor_type": "PixtralImageProcessor", "image_std": CLIP_STD,
            "patch_size": {"height": 8, "width": 8}, "processor_class": "PixtralProcessor", "resample": 3,
            "rescale_factor": 0.00392156862745098, "size": {"longest_edge": 48},
        },
        "processor_config.json": {
            "image_break_token": "[IMG_BREAK]", "image_end_token": "[IMG_END]", "image_token": "[IMG]",
            "patch_size": 8, "processor_class": "PixtralProcessor",
        },
        "generation_config.json": {
            "_from_model_config": True, "bos_token_id": 1, "eos_token_id": 2, "transformers_version": "4.46.0.dev0",
        },
    },
    tokenizer=dict(base=VOCABULARY, first=FIRST, pattern=LLAMA3, bos="<s>"),
    tokenizer_settings=dict(
        processor_class="PixtralProcessor", bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
        tokenizer_class="LlamaTokenizer",
    ),
    template="pixtral", template_file="chat_template.json",
    names=[
        (r"^model\.vision_tower\.", "vision_tower."), (r"^model\.multi_modal_projector\.", "multi_modal_projector."),
        (r"^model\.language_model\.", "language_model.model."), (r"^lm_head\.", "language_model.lm_head."),
    ],
    features=features, dtype="bfloat16",
    # under another name than WITH_ALL_LOGITS has
    cases={name: CASES[name] for name in SHOWN} | {"dialogue": CASES["turns"]},
)

FAMILIES = [MODEL]
