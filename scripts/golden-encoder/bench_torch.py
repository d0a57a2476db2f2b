"""Times ViT-B/16 at 224 with random weights in torch, and saves what the Java side of the comparison needs.

    python bench_torch.py prepare FOLDER     model.safetensors, config.json, and exported/model.onnx by torch.onnx
    python bench_torch.py time FOLDER [THREADS]   milliseconds a picture, median of 15

`encoder/src/test/.../arch/TowerBench` times the other two; run the two programs in turns.
"""

import statistics
import sys
import time
from pathlib import Path

import torch
from transformers import ViTConfig, ViTModel


def prepare(folder):
    torch.manual_seed(1)
    model = ViTModel(ViTConfig(layer_norm_eps=1e-12)).eval()
    model.save_pretrained(folder)

    class ClassToken(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, pixel_values):
            return self.model(pixel_values=pixel_values).last_hidden_state[:, 0]

    exported = Path(folder) / "exported"
    exported.mkdir(exist_ok=True)
    pixels = torch.randn(2, 3, 224, 224)
    program = torch.onnx.export(
        ClassToken().eval(),
        (pixels,),
        input_names=["pixel_values"],
        output_names=["embedding"],
        dynamic_shapes={"pixel_values": {0: torch.export.Dim("batch", min=1, max=64)}},
        dynamo=True,
    )
    program.optimize()
    program.save(str(exported / "model.onnx"), external_data=True)


def measure(folder, threads):
    torch.set_num_threads(threads)
    model = ViTModel.from_pretrained(folder).eval()
    pixels = torch.randn(1, 3, 224, 224)
    times, cpu = [], []
    with torch.inference_mode():
        for _ in range(18):
            start, start_cpu = time.perf_counter(), time.process_time()
            model(pixel_values=pixels)
            times.append((time.perf_counter() - start) * 1000)
            cpu.append((time.process_time() - start_cpu) * 1000)
    print(f"torch {torch.__version__} {threads} threads: median {statistics.median(times[3:]):.1f} ms, "
          f"least {min(times):.1f}; processor time median {statistics.median(cpu[3:]):.1f}, least {min(cpu):.1f}")


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(sys.argv[2])
    else:
        measure(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 2)
