"""Times torch on the same folder and picture as the program VlmBenchmark in the tests of the module vlm.

    python bench_torch.py tower MODEL PICTURE [ROUNDS]
    python bench_torch.py decode MODEL [TOKENS]
"""
import statistics
import sys
import time

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageTextToText


def report(what, times):
    times = sorted(1e3 * t for t in times)
    print(f"torch {what}: median {statistics.median(times):.3f} ms ({times[0]:.3f} to {times[-1]:.3f}, {len(times)} runs)")


def timed(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def tower(folder, picture, rounds):
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    inputs = AutoImageProcessor.from_pretrained(folder, backend="pil")(images=[Image.open(picture)], return_tensors="pt")
    names = {k: v for k, v in inputs.items() if k in ("pixel_values", "image_grid_thw")}
    run = lambda: model.get_image_features(**names)
    run()
    report("tower", [timed(run) for _ in range(rounds)])


def decode(folder, tokens):
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    out = None
    for _ in range(2):
        start = time.perf_counter()
        out = model(input_ids=torch.arange(5, 261)[None], use_cache=True, logits_to_keep=1)
        report("prefill 256", [time.perf_counter() - start])
    past = out.past_key_values
    step = lambda: model(input_ids=torch.tensor([[7]]), past_key_values=past, use_cache=True)
    step()
    times = [timed(step) for _ in range(tokens)]
    report("decode, batch 1", times)
    print(f"torch decode, batch 1: {1 / statistics.median(times):.2f} tokens/s")


if __name__ == "__main__":
    torch.set_num_threads(2)
    with torch.no_grad():
        if sys.argv[1] == "tower":
            tower(sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 5)
        else:
            decode(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 16)
