"""What GLM's families have in common: token ids, processor files, M-RoPE in pairs."""

from cases import CASES, with_settings
from families import qwen
from family import CLIP_MEAN, CLIP_STD
from vocabulary import LLAMA3

BASE = 284
LAST = [
    "<|endoftext|>", "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>", "<|system|>", "<|user|>", "<|assistant|>",
    "<|observation|>", "<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>", "<|image|>",
    "<|video|>",
]
VOCABULARY = 304
TOKENIZER = dict(base=BASE, last=LAST, pattern=LLAMA3)
ENDS = [BASE, BASE + LAST.index("<|user|>")]


def id_of(token):
    return BASE + LAST.index(token)


def token_ids():
    return {
        "image_start_token_id": id_of("<|begin_of_image|>"), "image_end_token_id": id_of("<|end_of_image|>"),
        "video_start_token_id": id_of("<|begin_of_video|>"), "video_end_token_id": id_of("<|end_of_video|>"),
        "image_token_id": id_of("<|image|>"), "video_token_id": id_of("<|video|>"),
    }


def settings(processor):
    return dict(
        processor_class=processor, eos_token="<|endoftext|>", pad_token="<|endoftext|>",
        tokenizer_class="PreTrainedTokenizerFast",
    )


def preprocessor(processor, kind):
    """As published, for patches of 6 pixels; the limits count each pixel twice."""
    return {
        "size": {"shortest_edge": 1024, "longest_edge": 3072}, "do_rescale": True, "patch_size": 6,
        "temporal_patch_size": 2, "merge_size": 2, "image_mean": CLIP_MEAN, "image_std": CLIP_STD,
        "image_processor_type": kind, "processor_class": processor,
    }


features = qwen.features
KEPT = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]
SMALLER = with_settings(size={"shortest_edge": 576, "longest_edge": 1536})["settings"]
ALL = {name: CASES[name] for name in KEPT} | {"settings": SMALLER}
