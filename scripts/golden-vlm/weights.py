"""Random weights large enough that every layer, every picture and every position shows in the logits."""

import torch


def randomize(model, seed, gains=()):
    """gains: (part of a name, factor) for what needs more or less than the default, or (part, function of the noise).

    Buffers that a checkpoint has stay as they are, but for those a function is given for.
    """
    generator = torch.Generator().manual_seed(seed)
    kept = model.state_dict()
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            factor = next((gain for part, gain in gains if part in name), 1.0)
            if callable(factor):
                parameter.copy_(factor(noise))
            elif parameter.dim() < 2 and "norm" in name and name.endswith("weight"):
                parameter.copy_(1 + 0.15 * factor * noise)
            elif parameter.dim() < 2:
                parameter.copy_(0.1 * factor * noise)
            elif "embed" in name and "patch" not in name:
                parameter.copy_(0.6 * factor * noise)
            else:
                parameter.copy_(1.2 * factor * noise / parameter[0].numel() ** 0.5)
        for name, buffer in sorted(model.named_buffers()):
            factor = next((gain for part, gain in gains if part in name), 1.0)
            if callable(factor) and name in kept:
                buffer.copy_(factor(torch.randn(buffer.shape, generator=generator)))
    return model.eval()


def renamed(tensors, rules):
    """Tensor names after the first rule (pattern, replacement) that matches."""
    result = {}
    for name, tensor in tensors.items():
        new = next((pattern.sub(to, name, count=1) for pattern, to in rules if pattern.search(name)), name)
        assert new not in result, new
        result[new] = tensor
    return result
