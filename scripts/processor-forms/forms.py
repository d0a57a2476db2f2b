"""Writes down the settings that one version of transformers saves for the image processors we read.

    python forms.py KIND >> forms.jsonl      KIND: slow, fast (transformers 4), pil, torchvision (transformers 5)

Run in an environment of each version; README.md says which and how the results are put together.
"""

import importlib
import json
import sys

import transformers

KIND = sys.argv[1]
MODULE, CLASS = {
    "slow": ("image_processing_{}", "{}"),
    "fast": ("image_processing_{}_fast", "{}Fast"),
    "pil": ("image_processing_pil_{}", "{}Pil"),
    "torchvision": ("image_processing_{}", "{}"),
}[KIND]
OPENAI = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}

# Name of the case: module, class, the settings that published models give it.
CASES = {
    "qwen2_vl": ("qwen2_vl", "Qwen2VLImageProcessor",
                 {"min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "temporal_patch_size": 2, "merge_size": 2, **OPENAI}),
    "dots_ocr": ("qwen2_vl", "Qwen2VLImageProcessor",
                 {"min_pixels": 3136, "max_pixels": 11289600, "patch_size": 14, "temporal_patch_size": 1, "merge_size": 2, **OPENAI}),
    "qwen3_vl": ("qwen2_vl", "Qwen2VLImageProcessor",
                 {"size": {"longest_edge": 16777216, "shortest_edge": 65536}, "patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, **HALF}),
    # published in one file with the settings of a feature extractor for audio
    "qwen3_omni_moe": ("qwen2_vl", "Qwen2VLImageProcessor",
                       {"min_pixels": 3136, "max_pixels": 12845056, "patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, **HALF,
                        "dither": 0.0, "feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128, "hop_length": 160,
                        "n_fft": 400, "n_samples": 4800000, "nb_max_frames": 30000, "padding_side": "left", "padding_value": 0.0,
                        "return_attention_mask": True, "sampling_rate": 16000}),
    "gemma3": ("gemma3", "Gemma3ImageProcessor",
               {"size": {"height": 896, "width": 896}, "do_convert_rgb": None, "image_seq_length": 256}),
    "idefics2": ("idefics2", "Idefics2ImageProcessor", {"do_image_splitting": True, **HALF}),
    "idefics3": ("idefics3", "Idefics3ImageProcessor", {}),
    "smolvlm": ("smolvlm", "SmolVLMImageProcessor",
                {"max_image_size": {"longest_edge": 512}, "size": {"longest_edge": 2048}}),
    "mllama": ("mllama", "MllamaImageProcessor", {"size": {"height": 560, "width": 560}, **OPENAI}),
    "florence2": ("clip", "CLIPImageProcessor",
                  {"size": {"height": 768, "width": 768}, "crop_size": {"height": 768, "width": 768}, "do_center_crop": False,
                   "do_convert_rgb": None, "image_seq_length": 577, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}),
    "llava_next": ("llava_next", "LlavaNextImageProcessor",
                   {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}),
    "pixtral": ("pixtral", "PixtralImageProcessor", {"size": {"longest_edge": 1540}, "patch_size": {"height": 14, "width": 14}}),
    "clip": ("clip", "CLIPImageProcessor", {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}),
    "llava": ("llava", "LlavaImageProcessor",
              {"do_pad": True, "size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}),
    "got_ocr2": ("got_ocr2", "GotOcr2ImageProcessor",
                 {"crop_to_patches": True, "size": {"height": 364, "width": 364}, **HALF}),
    "paddleocr_vl": ("paddleocr_vl", "PaddleOCRVLImageProcessor",
                     {"min_pixels": 147384, "max_pixels": 2822400, **HALF}),
    "janus": ("janus", "JanusImageProcessor", {"size": {"height": 20, "width": 20}, "min_size": 4, **HALF}),
    "internvl": ("got_ocr2", "GotOcr2ImageProcessor",
                 {"crop_to_patches": True, "size": {"height": 448, "width": 448}, "image_mean": [0.485, 0.456, 0.406],
                  "image_std": [0.229, 0.224, 0.225]}),
    "gemma4": ("gemma4", "Gemma4ImageProcessor", {}),
    "glm4v": ("glm4v", "Glm4vImageProcessor", {"size": {"shortest_edge": 12544, "longest_edge": 9633792}}),
    "glm_ocr": ("glm46v", "Glm46VImageProcessor", {"size": {"shortest_edge": 12544, "longest_edge": 9633792}}),
    "lfm2_vl": ("lfm2_vl", "Lfm2VlImageProcessor", {}),
    "paligemma": ("siglip", "SiglipImageProcessor", {"do_convert_rgb": None, "image_seq_length": 256, **HALF}),
    "siglip": ("siglip", "SiglipImageProcessor", {}),
    "siglip2": ("siglip2", "Siglip2ImageProcessor", {}),
    "vit": ("vit", "ViTImageProcessor", {}),
    "bit": ("bit", "BitImageProcessor", {}),
    "convnext": ("convnext", "ConvNextImageProcessor", {}),
    "deit": ("deit", "DeiTImageProcessor", {}),
    # Its defaults have changed; without them, so that all versions mean the same.
    "beit": ("beit", "BeitImageProcessor", {"size": {"height": 224, "width": 224}, "do_center_crop": False}),
    "blip": ("blip", "BlipImageProcessor", {}),
    "efficientnet": ("efficientnet", "EfficientNetImageProcessor", {}),
    "chinese_clip": ("chinese_clip", "ChineseCLIPImageProcessor", {}),
    "dinov3": ("dinov3_vit", "DINOv3ViTImageProcessor", {}),
}

for name, (module, cls, settings) in CASES.items():
    try:
        found = importlib.import_module(f"transformers.models.{module}." + MODULE.format(module))
    except ModuleNotFoundError:
        print(f"{name}: no such class in {transformers.__version__} {KIND}", file=sys.stderr)
        continue
    processor = getattr(found, CLASS.format(cls))(**settings)
    print(json.dumps({"case": name, "by": f"{transformers.__version__} {KIND}", "settings": json.loads(processor.to_json_string())}))
