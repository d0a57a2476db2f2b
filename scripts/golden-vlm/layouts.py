"""Writes a tiny model as a folder: as published before transformers 5, and as transformers 5 saves it."""

import copy
import json
import shutil

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoConfig, AutoImageProcessor, AutoModelForImageTextToText, AutoProcessor, GenerationConfig

from vocabulary import tokenizer_config, tokenizer_json, write_json
from weights import randomize, renamed


def model_from(family, seed):
    """The model of the published config, with random weights, in float32."""
    config = AutoConfig.for_model(**copy.deepcopy(family.config))
    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_config(config, attn_implementation="eager", dtype=torch.float32)
    randomize(model, seed, family.gains)
    for parameter in model.parameters():
        parameter.data = parameter.to(dtype_of(family)).float()
    return model


def dtype_of(family):
    return getattr(torch, family.dtype)


def write_published(family, model, folder, dtype=None):
    dtype = dtype or dtype_of(family)
    shutil.rmtree(folder, ignore_errors=True)
    write_files(family, folder, dtype)
    write_weights(family, model, folder / "model.safetensors", dtype)


def write_files(family, folder, dtype):
    config = dict(family.config)
    if dtype != dtype_of(family):
        config = json.loads(json.dumps(config).replace('"float32"', '"bfloat16"'))
    write_json(folder / "config.json", config)
    for name, content in family.files.items():
        write_json(folder / name, content)
    tokenizer = tokenizer_json(**family.tokenizer)
    write_json(folder / "tokenizer.json", tokenizer)
    settings = dict(family.tokenizer_settings)
    if family.template_file == "tokenizer_config.json":
        settings["chat_template"] = family.template_text()
    elif family.template_file == "chat_template.json":
        write_json(folder / "chat_template.json", {"chat_template": family.template_text()})
    elif family.template_file == "chat_template.jinja":
        (folder / "chat_template.jinja").write_text(family.template_text())
    write_json(folder / "tokenizer_config.json", tokenizer_config(tokenizer, **settings))


def write_weights(family, model, file, dtype):
    """Every tensor once, under its published name."""
    state = model.state_dict()
    if model.get_output_embeddings().weight is model.get_input_embeddings().weight:
        del state["lm_head.weight"]
    tensors = family.to_published(renamed(state, family.rules()))
    tensors = {name: value.to(dtype).contiguous().clone() for name, value in sorted(tensors.items())}
    save_file(tensors, file, metadata={"format": "pt"})


def load(folder):
    """The model of a folder in float32; every tensor must be found and used."""
    model, info = AutoModelForImageTextToText.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    wrong = {key: value for key, value in info.items() if value}
    assert not wrong, (folder, wrong)
    return model.eval()


def processor_of(folder, backend="pil"):
    processor = AutoProcessor.from_pretrained(folder)
    processor.image_processor = AutoImageProcessor.from_pretrained(folder, backend=backend)
    assert processor.image_processor.backend == backend, processor.image_processor
    # a processor does not look for the template that only the tokenizer has
    processor.chat_template = processor.chat_template or processor.tokenizer.chat_template
    return processor


def _same(one, other):
    if not one.exists():
        return False
    if one.suffix == ".json":
        return json.loads(one.read_text()) == json.loads(other.read_text())
    return one.read_bytes() == other.read_bytes()


def write_transformers5(family, model, published, folder):
    """What saving a new model in transformers 5 writes, but for what the published folder has too; the answer names that."""
    shutil.rmtree(folder, ignore_errors=True)
    if (published / "generation_config.json").exists():
        model.generation_config = GenerationConfig.from_pretrained(published)
    copy.deepcopy(model).to(dtype_of(family)).save_pretrained(folder)
    AutoProcessor.from_pretrained(published).save_pretrained(folder)
    return drop_same(published, folder)


def drop_same(published, folder):
    """Removes the files that say the same as the published ones and names them."""
    shared = [file for file in sorted(folder.iterdir()) if _same(published / file.name, file)]
    for file in shared:
        file.unlink()
    return [file.name for file in shared]


def fill(folder, published, names):
    for name in names:
        shutil.copy(published / name, folder / name)


def names_in_memory(family, model):
    """Published names and those of `save_pretrained(..., save_original_format=False)`."""
    published = renamed({name: name for name in model.state_dict()}, family.rules())
    return dict(sorted(published.items()))


def versions():
    import platform

    import numpy
    import PIL
    import safetensors
    import tokenizers
    import torchvision

    modules = [torch, torchvision, transformers, tokenizers, safetensors, numpy, PIL]
    return {"python": platform.python_version(), **{m.__name__: m.__version__.split("+")[0] for m in modules}}
