"""The conversations every family is asked to continue, and which pictures they show."""

from dataclasses import dataclass, field


@dataclass
class Case:
    """Messages, and settings of the image processor that hold for this request only."""

    messages: list
    settings: dict = field(default_factory=dict)


def image(file):
    return {"type": "image_url", "image_url": {"url": file}}


def text(words):
    return {"type": "text", "text": words}


def user(*parts):
    return {"role": "user", "content": list(parts)}


def _look(words, *files):
    return [user(*[image(file) for file in files], text(words))]


TURNS = [
    {"role": "system", "content": [text("You are a helpful assistant.")]},
    user(image("square.png"), text("What is in this picture?")),
    {"role": "assistant", "content": [text("A red square.")]},
    user(text("And here?"), image("wide.png"), text("Compare the two.")),
]

ODD = ["very_wide.png", "very_tall.png", "column.png", "tiny.png", "grey.png", "rgba.png", "palette.png"]

MESSAGES = {
    "text": [user(text("Write one word."))],
    "one": _look("Describe the image.", "square.png"),
    "two": _look("Which is larger?", "wide.png", "tall.png"),
    "three": _look("Which of the three?", "photo.jpg", "square.png", "tall.png"),
    "a_b": _look("Compare.", "square.png", "wide.png"),
    "b_a": _look("Compare.", "wide.png", "square.png"),
    "a_a": _look("Compare.", "square.png", "square.png"),
    "turns": TURNS,
    **{file.split(".")[0]: _look("What?", file) for file in ODD},
}

CASES = {name: Case(messages) for name, messages in MESSAGES.items()}


def with_settings(**settings):
    """The common cases and `settings`: two pictures under other settings of the image processor."""
    return CASES | {"settings": Case(_look("Compare.", "wide.png", "photo.jpg"), settings)}


# what is big is stored for these only; the other cases show the same pictures again
WITH_PIXELS = {"one", "two", "three", "settings"} | {file.split(".")[0] for file in ODD}
WITH_ALL_LOGITS = {"text", "one", "two", "turns"}


def files_of(messages):
    """The pictures of a conversation, in order."""
    parts = [part for message in messages for part in message["content"]]
    return [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]


def for_template(messages):
    """The messages as transformers' templates expect them."""
    return [
        {**message, "content": [{"type": "image"} if p["type"] == "image_url" else p for p in message["content"]]}
        for message in messages
    ]
