"""What transformers computes for the cases of a family."""

from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import GenerationConfig

from cases import WITH_ALL_LOGITS, WITH_PIXELS, files_of, for_template
from vocabulary import write_json

NEW_TOKENS = 16
# below this a difference of rounding could change the token
MINIMUM_GAP = 1e-3
# a picture that matters changes the logits by more
MINIMUM_CHANGE = 1e-2
# different tokens in an answer, on average: a cache that goes wrong must show
MINIMUM_VARIETY = 6
# what takes most room: stored for some cases
BIG = {"pixel_values", "pixel_attention_mask"}
MOST_LOGITS = 200


class Unclear(Exception):
    """These weights make a bad test: take others."""


def must_change(what, one, other):
    if (one - other).abs().max() < MINIMUM_CHANGE:
        raise Unclear(f"{what} changes nothing")


def prompt_of(processor, messages):
    """What the template makes of the messages; without a template their text as it is."""
    if processor.chat_template is not None:
        return processor.apply_chat_template(for_template(messages), add_generation_prompt=True)
    return "".join(part["text"] for message in messages for part in message["content"] if part["type"] == "text")


def inputs_of(processor, pictures, case):
    """The rendered prompt, and the tensors the processor makes of it and of the pictures as Pillow opens them."""
    prompt = prompt_of(processor, case.messages)
    images = [Image.open(pictures / file) for file in files_of(case.messages)]
    # as apply_chat_template(tokenize=True) does: a beginning that the template wrote is not written again
    bos = processor.tokenizer.bos_token
    special = not (bos is not None and prompt.startswith(bos))
    text = dict(add_special_tokens=special) if processor.chat_template is not None else {}
    inputs = processor(
        text=[prompt], images=images or None, return_tensors="pt", text_kwargs=text, images_kwargs=case.settings
    )
    return prompt, dict(inputs)


def greedy(model, inputs):
    """NEW_TOKENS ids, an end-of-text token being like any other, and the logits [NEW_TOKENS, vocabulary] that chose them."""
    model.generation_config = GenerationConfig(
        max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=0,
        decoder_start_token_id=getattr(model.config.get_text_config(), "decoder_start_token_id", None),
    )
    out = model.generate(**inputs, output_logits=True, return_dict_in_generate=True)
    steps = torch.cat(out.logits).float()
    top = steps.topk(2).values
    if (top[:, 0] - top[:, 1]).min() < MINIMUM_GAP:
        raise Unclear("two tokens are equally likely")
    return out.sequences[0, -NEW_TOKENS:], steps


def run(family, model, inputs):
    """Everything a case has to say, by name."""
    result = {name: value for name, value in inputs.items() if name != "attention_mask"}
    with torch.no_grad():
        logits = model(**inputs).logits[0].float()
        tokens, steps = greedy(model, inputs)
        assert (logits[-1] - steps[0]).abs().max() < 1e-4
        if "pixel_values" in inputs:
            result |= family.features(model, inputs)
            other = dict(inputs, pixel_values=-0.7 * inputs["pixel_values"])
            must_change("the picture", model(**other).logits[0, -1], logits[-1])
            if family.matters:
                family.matters(model, inputs, logits)
    logits, steps = logits[:, : family.vocabulary], steps[:, : family.vocabulary]
    assert tokens.max() < logits.shape[1]
    result |= {"logits": logits, "last_logits": logits[-1].clone(), "step_logits": steps, "tokens": tokens}
    assert all(torch.isfinite(value).all() for value in result.values())
    return result


def kept(name, result):
    """What is stored of a case, as RULE says."""
    left_out = set() if name in WITH_PIXELS else set(BIG)
    if name not in WITH_ALL_LOGITS:
        left_out.add("step_logits")
    if name not in WITH_ALL_LOGITS or len(result["logits"]) > MOST_LOGITS:
        left_out.add("logits")
    return {f"{name}.{key}": value for key, value in result.items() if key not in left_out}


def check(tensors, cases):
    """That the answers of all cases together make a good test."""
    answered = [case for case in cases if "tokens" in case]
    if sum(len(set(case["tokens"])) for case in answered) < MINIMUM_VARIETY * len(answered):
        raise Unclear("the answers repeat themselves")
    if "a_b" in [case["name"] for case in answered]:
        must_change("the order of the pictures", tensors["a_b.last_logits"], tensors["b_a.last_logits"])


def compute(family, pictures, model, processor):
    """(named tensors, what cases.json says) of all cases."""
    tensors, cases = {}, []
    for name, case in family.cases.items():
        said = {"name": name, "pictures": files_of(case.messages), "messages": case.messages}
        if case.settings:
            said["settings"] = case.settings
        try:
            prompt, inputs = inputs_of(processor, pictures, case)
        except ValueError as refusal:
            cases.append(said | {"refused": str(refusal)})
            continue
        result = run(family, model, inputs)
        cases.append(said | {
            "prompt": prompt, "input_ids": inputs["input_ids"][0].tolist(),
            "tokens": result["tokens"].tolist(),
            "text": processor.tokenizer.decode(result["tokens"], skip_special_tokens=True),
            "largest_logit": round(result["logits"].abs().max().item(), 3),
        })
        tensors |= kept(name, result)
    check(tensors, cases)
    return tensors, cases


RULE = {
    "pixels": "pixel_values and pixel_attention_mask are stored for the cases that show a picture the first time: "
    + ", ".join(sorted(WITH_PIXELS)),
    "logits": f"logits [positions, vocabulary] of the prompts up to {MOST_LOGITS} tokens, and step_logits "
    "[tokens, vocabulary] that each token was chosen by, of: "
    + ", ".join(sorted(WITH_ALL_LOGITS)) + "; last_logits [vocabulary] of all",
    "tokens": f"{NEW_TOKENS} greedy tokens, an end-of-text token being like any other",
    "settings": "of the image processor, for this request only",
    "refused": "what the processor says about a picture it does not take; nothing is computed then",
    "pictures": "opened by Pillow and handed to the processor as they are: no EXIF turn, no conversion before its own",
}


def write(folder: Path, tensors, cases):
    save_file({key: value.contiguous().clone() for key, value in sorted(tensors.items())}, folder / "golden.safetensors")
    write_json(folder / "cases.json", {"rule": RULE, "cases": cases})


def largest_difference(one, other):
    """Over the float tensors both have; None where a shape differs."""
    worst = 0.0
    for key in one.keys() & other.keys():
        if one[key].shape != other[key].shape:
            return None
        if one[key].is_floating_point():
            worst = max(worst, (one[key].double() - other[key].double()).abs().max().item())
    return worst


def torchvision_differences(family, pictures, exact, other):
    """How far torchvision's pixels lie from Pillow's, by case; the tokens must be the same."""
    result = {}
    for name, case in family.cases.items():
        if not files_of(case.messages):
            continue
        try:
            (_, one), (_, two) = inputs_of(exact, pictures, case), inputs_of(other, pictures, case)
        except ValueError as refusal:
            result[name] = f"refused: {refusal}"
            continue
        same = torch.equal(one["input_ids"], two["input_ids"])
        result[name] = round(largest_difference(one, two), 6) if same else "other tokens"
    return result
