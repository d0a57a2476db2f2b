"""Mistral 3: Pixtral's tower over pictures of any size, patches merged by a matrix, a break after every row."""

import torch

from cases import with_settings
from family import CLIP_MEAN, CLIP_STD, Family
from vocabulary import LLAMA3

FIRST = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[IMG]", "[IMG_BREAK]", "[IMG_END]", "[SYSTEM_PROMPT]",
         "[/SYSTEM_PROMPT]", "<pad>"]
VOCABULARY = 420


def features(model, inputs):
    out = model.get_image_features(pixel_values=inputs["pixel_values"], image_sizes=inputs["image_sizes"])
    return {"features": torch.cat(list(out.pooler_output))}


MODEL = Family(
    folder="mistral3",
    config={
        "architectures": ["Mistral3ForConditionalGeneration"], "image_token_index": FIRST.index("[IMG]"),
        "model_type": "mistral3", "multimodal_projector_bias": False, "projector_hidden_act": "gelu",
        "spatial_merge_size": 2,
        "text_config": {
            "attention_dropout": 0.0, "head_dim": 20, "hidden_act": "silu", "hidden_size": 48,
            "initializer_range": 0.02, "intermediate_size": 72, "max_position_embeddings": 1024,
            "model_type": "mistral", "num_attention_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 2,
            "rms_norm_eps": 1e-05, "rope_theta": 1000000000.0, "sliding_window": None, "use_cache": True,
            "vocab_size": VOCABULARY,
        },
        # where a config does not say it, transformers 5 takes it for true in this family
        "tie_word_embeddings": False,
        "torch_dtype": "float32", "transformers_version": "4.50.0.dev0",
        "vision_config": {
            "attention_dropout": 0.0, "head_dim": 8, "hidden_act": "silu", "hidden_size": 32, "image_size": 80,
            "initializer_range": 0.02, "intermediate_size": 60, "model_type": "pixtral", "num_attention_heads": 4,
            "num_channels": 3, "num_hidden_layers": 3, "patch_size": 8, "rope_theta": 10000.0,
        },
        "vision_feature_layer": -1,
    },
    files={
        "preprocessor_config.json": {
            "crop_size": None, "data_format": "channels_first", "default_to_square": True, "device": None,
            "do_center_crop": None, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True,
            "do_resize": True, "image_mean": CLIP_MEAN, "image_processor_type": "PixtralImageProcessorFast",
            "image_std": CLIP_STD, "input_data_format": None, "patch_size": 8,
            "processor_class": "PixtralProcessor", "resample": 3, "rescale_factor": 0.00392156862745098,
            "return_tensors": None, "size": {"longest_edge": 80},
        },
        "processor_config.json": {
            "image_break_token": "[IMG_BREAK]", "image_end_token": "[IMG_END]", "image_token": "[IMG]",
            "patch_size": 8, "processor_class": "PixtralProcessor", "spatial_merge_size": 2,
        },
        "generation_config.json": {
            "_from_model_config": True, "bos_token_id": 1, "eos_token_id": 2, "transformers_version": "4.50.0.dev0",
        },
    },
    tokenizer=dict(base=VOCABULARY, first=FIRST, pattern=LLAMA3, bos="<s>"),
    tokenizer_settings=dict(
        processor_class="PixtralProcessor", bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
        tokenizer_class="LlamaTokenizer",
    ),
    template="mistral3", template_file="chat_template.json",
    names=[
        (r"^model\.vision_tower\.", "vision_tower."), (r"^model\.multi_modal_projector\.", "multi_modal_projector."),
        (r"^model\.language_model\.", "language_model.model."), (r"^lm_head\.", "language_model.lm_head."),
    ],
    features=features,
    cases={name: case for name, case in with_settings(size={"longest_edge": 48}).items() if name != "tiny"},
    notes=["transformers 5.23 fails on a picture of one token (squeeze in get_image_features): no case tiny"],
)

FAMILIES = [MODEL]
