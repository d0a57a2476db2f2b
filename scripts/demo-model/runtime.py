"""The exported folder in transformers: greedy answers, the bfloat16 weights computed with in float32."""

from contextlib import contextmanager

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoProcessor, Qwen3VLForConditionalGeneration

from tokens import END, encode


class Runtime:
    def __init__(self, folder):
        self.processor = AutoProcessor.from_pretrained(folder)
        self.processor.image_processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
        # float32 from the start: casting a bfloat16 model up would keep rounded rotary frequencies
        self.model = Qwen3VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
        self.transposed = self.plain_positions = False

    def inputs(self, messages, pictures):
        """What the processor makes of messages; `pictures` is the folder their image names are in."""
        items = [item for m in messages if isinstance(m["content"], list) for item in m["content"]]
        images = [Image.open(pictures / item["image"]) for item in items if item["type"] == "image"]
        text = self.processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        return self.processor(text=[text], images=images or None, return_tensors="pt")

    @torch.no_grad()
    def says(self, messages, pictures, answer):
        """Whether the greedy answer is this one: whether every token of it is the likeliest after those before it. One forward pass."""
        inputs = self._changed(self.inputs(messages, pictures))
        prompt, reply = inputs.pop("input_ids"), torch.tensor([encode(answer + END)])
        del inputs["attention_mask"]
        ids = torch.cat([prompt, reply], 1)
        if "mm_token_type_ids" in inputs:
            inputs["mm_token_type_ids"] = torch.cat([inputs["mm_token_type_ids"], torch.zeros_like(reply)], 1)
        else:
            inputs["position_ids"] = torch.arange(ids.shape[1]).expand(3, 1, -1)
        logits = self.model(input_ids=ids, **inputs).logits[0, prompt.shape[1] - 1 : -1]
        return bool((logits.argmax(-1) == reply[0]).all())

    @torch.no_grad()
    def answer(self, messages, pictures, most=32):
        inputs = self._changed(self.inputs(messages, pictures))
        out = self.model.generate(**inputs, max_new_tokens=most, do_sample=False)
        return self.processor.tokenizer.decode(out[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)

    def _changed(self, inputs):
        if self.transposed:
            inputs["image_grid_thw"] = inputs["image_grid_thw"][:, [0, 2, 1]]
        if self.plain_positions:
            del inputs["mm_token_type_ids"]
        return inputs

    @contextmanager
    def without(self, what):
        """Answers with a part of the architecture dropped: a name of ABLATIONS, or None for the whole model."""
        tower, hooks, table = self.model.model.visual, [], self.model.model.visual.pos_embed.weight.data
        if what == "deepstack":
            hooks = [m.register_forward_hook(lambda module, given, out: torch.zeros_like(out)) for m in tower.deepstack_merger_list]
        elif what == "main features":
            hooks = [tower.merger.register_forward_hook(lambda module, given, out: torch.zeros_like(out))]
        elif what == "tower position table":
            tower.pos_embed.weight.data = torch.zeros_like(table)
        self.transposed, self.plain_positions = what == "grid order", what == "M-RoPE"
        try:
            yield self
        finally:
            for hook in hooks:
                hook.remove()
            tower.pos_embed.weight.data = table
            self.transposed = self.plain_positions = False


ABLATIONS = {
    "deepstack": "both deepstack levels are zero",
    "main features": "the tower's main output is zero, deepstack stays",
    "grid order": "height and width of the grid are swapped (nothing changes for square pictures)",
    "M-RoPE": "image tokens get plain text positions",
    "tower position table": "the tower's learned positions are zero",
}
