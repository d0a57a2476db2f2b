"""What a family module says about its tiny model."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from cases import CASES, Case

TEMPLATES = Path(__file__).parent / "templates"
CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


@dataclass
class Family:
    """A tiny model in published layout.

    folder: below the output folder
    config: config.json as published before transformers 5
    files: other JSON files as published, by name
    tokenizer: arguments of vocabulary.tokenizer_json
    tokenizer_settings: of tokenizer_config.json
    names: (pattern, replacement) from the names of the model in memory to published ones, first match counts
    features: (model, inputs) to what the tower hands to the language model, by name
    template_file: where the published layout keeps its chat template; None where there is none
    gains: see weights.randomize
    matters: (model, inputs, logits) that raises Unclear where something peculiar to the family changes nothing
    original: the published layout, where transformers 5 cannot read it; this family is then transformers 5's own layout,
        which goes if it is not among the layouts
    processor: folder to what stands for transformers' processor, where the published code has one of its own; the
        layout of transformers 5, for which it does not hold, is then no golden
    vocabulary: how many of the logits the published model has too
    backend: of the image processor; torchvision where transformers has no other
    dtype: of the weights, to which they are rounded before anything is computed with them in float32
    """

    folder: str
    config: dict[str, Any]
    files: dict[str, Any]
    tokenizer: dict[str, Any]
    tokenizer_settings: dict[str, Any]
    template: str | None
    names: list[tuple[str, str]]
    features: Callable
    template_file: str | None = "tokenizer_config.json"
    gains: list[tuple[str, Any]] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=lambda: dict(CASES))
    layouts: tuple[str, ...] = ("published", "transformers5")
    to_published: Callable = lambda tensors: tensors
    matters: Callable | None = None
    original: "Family | None" = None
    processor: Callable | None = None
    vocabulary: int | None = None
    backend: str = "pil"
    dtype: str = "float32"
    seed: int = 20261121
    notes: list[str] = field(default_factory=list)

    def rules(self):
        return [(re.compile(pattern), to) for pattern, to in self.names]

    def template_text(self):
        return (TEMPLATES / f"{self.template}.jinja").read_text()
