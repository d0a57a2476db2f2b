"""Makes the golden renderings of template/src/test/resources/golden. README.md says how to run it."""

import json
import pathlib
import sys

import chats
import random_expressions
import reference
import snippets


def write(path, groups):
    count = sum(len(group["cases"]) for group in groups)
    lines = ",\n".join(json.dumps(group, ensure_ascii=True) for group in groups)
    path.write_text("[\n" + lines.replace('}, {"source"', '},\n {"source"').replace('}, {"conversation"', '},\n {"conversation"') + "\n]\n")
    print(path.name, count)


def snippet_groups(groups):
    return [
        {"name": name, "variables": variables, "cases": [{"source": s, **reference.snippet(s, variables)} for s in sources]}
        for name, variables, sources in groups
    ]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in snippets.MODULES.items():
        write(folder / f"{name}.json", snippet_groups(module.GROUPS))
    write(folder / "random.json", snippet_groups(random_expressions.groups()))
    chats.write_conversations(folder)
    write(folder / "chats.json", chats.groups())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
