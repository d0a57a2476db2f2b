"""Every family's template with every conversation. The templates are ours, in the manner of the published ones."""

import json
import pathlib

import reference

FAMILIES = pathlib.Path(__file__).parent / "families"


def text(value):
    return {"type": "text", "text": value}


def said(role, content, **more):
    return {"role": role, "content": content, **more}


IMAGE = {"type": "image"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Says what the weather is like, with <units> & \"quotes\" — für Köln 🎉.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "  Where?  "},
                "days": {"type": "integer", "default": 1},
                "unit": {"type": ["string", "null"], "enum": ["C", "F"]},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["city"],
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "now", "description": "The time.", "parameters": {"type": "object", "properties": {}}}}


def call(name, arguments, id="abcdef123"):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


TOOL_TURNS = [
    said("user", "Weather in Köln?"),
    said("assistant", "", tool_calls=[call("get_weather", {"city": "Köln", "days": 2, "tags": ["a", "b"], "deep": {"x": None, "y": 1.5}})]),
    said("tool", "{\"sky\": \"grey\"}", tool_call_id="abcdef123", name="get_weather"),
]
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}

CONVERSATIONS = {
    "user": {"messages": [said("user", "Hello!")]},
    "user-prompt": {"messages": [said("user", "  Hello!\n")], "add_generation_prompt": True},
    "system": {"messages": [said("system", "Be brief."), said("user", "Hi")], "add_generation_prompt": True},
    "turns": {"messages": [said("system", " Be brief. "), said("user", "One"), said("assistant", " Two "), said("user", "Three")], "add_generation_prompt": True},
    "prefill": {"messages": [said("user", "Count"), said("assistant", "One, two,")]},
    "wrong-order": {"messages": [said("user", "a"), said("user", "b")]},
    "unknown-role": {"messages": [said("user", "a"), said("judge", "b")]},
    "no-messages": {"messages": []},
    "unicode": {"messages": [said("user", "héllo 🎉 日本 <b>&'\"\\ {{ x }} {% if %}"), said("assistant", "«ok»\u00a0")], "add_generation_prompt": True},
    "parts": {"messages": [said("user", [text("Just text")])], "add_generation_prompt": True},
    "image": {"messages": [said("user", [IMAGE, text("What is this? ")])], "add_generation_prompt": True},
    "image-after-text": {"messages": [said("user", [text("Look: "), {"type": "image", "image": "a.png"}])]},
    "images": {"messages": [said("user", [IMAGE, IMAGE, text("Compare.")]), said("assistant", [text("Same.")]), said("user", [IMAGE, text("And this?")])], "add_generation_prompt": True, "add_vision_id": True},
    "image-system": {"messages": [said("system", [text("See well.")]), said("user", [{"type": "image_url", "image_url": {"url": "x"}}, text("Hm")])], "add_generation_prompt": True},
    "video": {"messages": [said("user", [{"type": "video", "video": "v.mp4"}, text("Summary?")])]},
    "odd-parts": {"messages": [said("user", [{"text": "no type"}, {"type": "audio"}])]},
    "thinking": {"messages": [said("user", "1+1?"), said("assistant", "<think>\neasy\n</think>\n\n2"), said("user", "2+2?"), said("assistant", "4", reasoning_content="hmm\n")]},
    "no-thinking": {"messages": [said("user", "1+1?")], "add_generation_prompt": True, "enable_thinking": False},
    "tools": {"messages": [said("system", "S"), said("user", "Weather?")], "tools": [WEATHER, CLOCK], "add_generation_prompt": True},
    "tool-call": {"messages": TOOL_TURNS, "tools": [WEATHER], "add_generation_prompt": True},
    "tool-calls": {
        "messages": [
            said("user", "Both!"),
            said("assistant", "Sure.", tool_calls=[call("get_weather", {"city": "A"}), call("now", {}, id="short")]),
            said("tool", "rain"),
            said("tool", "12:00"),
            said("assistant", "Rain at noon."),
            said("user", "Thanks"),
        ],
        "tools": [WEATHER, CLOCK],
    },
    "tool-call-none-content": {"messages": [said("user", "Go"), said("assistant", None, tool_calls=[call("now", {})])]},
    "documents": {"messages": [said("user", "Read")], "documents": [{"title": "T", "text": "a\n\nb"}, {"text": "c"}], "add_generation_prompt": True},
    "tools-in-system": {"messages": [said("system", "S", tools="[{\"name\": \"now\"}]"), said("user", "x")], "tools_in_user_message": False, "date_string": "1 Jan 2025", "tools": [CLOCK]},
}


def conversations():
    return {name: reference.seen_by_template({**conversation, **SPECIAL}) for name, conversation in CONVERSATIONS.items()}


def groups():
    return [
        {
            "name": path.stem,
            "source": path.read_text(),
            "cases": [
                {"conversation": name, **reference.chat(path.read_text(), {**conversation, **SPECIAL})}
                for name, conversation in CONVERSATIONS.items()
            ],
        }
        for path in sorted(FAMILIES.glob("*.jinja"))
    ]


def write_conversations(folder):
    (folder / "conversations.json").write_text(
        "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in conversations().items()) + "\n}\n")
