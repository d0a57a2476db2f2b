"""Random expressions from a fixed seed, to find what nobody thought of."""

import random
import re

import reference

SEED = 20261121
RENDERED = 3000
REFUSED = 1000
VARIABLES = {
    "i": 3, "j": -2, "f": 2.5, "s": "aXb c", "u": "é🎉x", "t": True, "n": None, "l": [3, 1, 2], "w": ["b", "A", "c"],
    "d": {"a": 1, "k": "v"}, "m": [{"r": "user", "c": "x"}, {"r": "bot", "c": ""}], "e": [],
}
LEAVES = ["0", "1", "2", "7", "-1", "1.5", "0.0", "'a'", "'X'", "''", "'a b'", "true", "false", "none", "[]", "[1, 2]", "(1, 'a')",
          "{'a': 1}", "missing", "range(3)", *VARIABLES]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
FILTERS = ["abs", "upper", "lower", "title", "capitalize", "length", "first", "last", "list", "join", "join(',')", "sum", "min", "max",
           "sort", "unique", "reverse", "string", "int", "float", "round", "trim", "tojson", "default('D')", "default('D', true)",
           "replace('a', 'b')", "map('string')", "map(attribute='r')", "select", "reject", "select('odd')", "selectattr('r')",
           "batch(2)", "slice(2)", "items", "dictsort", "indent", "truncate(3, true, '', 0)", "urlencode", "e", "safe",
           "attr('upper')", "count", "center(5)", "tojson(indent=1)", "sort(reverse=true)", "int(9)", "list|length", "list|tojson"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "odd",
         "even", "true", "false", "lower", "upper", "callable", "divisibleby(2)", "eq 1", "in [1, 'a']", "not none", "not string"]
TRAILERS = [".a", "['a']", "[0]", "[-1]", "[1:]", "[::-1]", "[:1]", ".upper()", ".split()", ".split('b')", ".strip()", ".items()",
            ".get('a')", ".keys()", ".r", "[5]", ".title()", ".index(1)", ".count('a')", ".replace('a', 'z')", ".join(w)", ".x.y",
            ".startswith('a')", ".format(1)", "()"]


def expression(rng, depth):
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(LEAVES)
    inner = lambda: expression(rng, depth - 1)
    kind = rng.randrange(12)
    if kind < 3:
        return f"{inner()} {rng.choice(BINARY)} {inner()}"
    if kind == 3:
        return f"({inner()})"
    if kind < 6:
        return f"{inner()}|{rng.choice(FILTERS)}"
    if kind == 6:
        return f"({inner()})|{rng.choice(FILTERS)}"
    if kind == 7:
        return f"{inner()} is {rng.choice(TESTS)}"
    if kind == 8:
        return f"{inner()}{rng.choice(TRAILERS)}"
    if kind == 9:
        return f"({inner()}){rng.choice(TRAILERS)}"
    if kind == 10:
        return rng.choice([f"not {inner()}", f"-{inner()}", f"[{inner()}, {inner()}]", f"({inner()}, {inner()})", f"{{'k': {inner()}}}"])
    return f"{inner()} if {inner()} else {inner()}"


def is_told(source, result):
    """Left out: addresses in memory, integers beyond 64 bits, and what only jinja2's optimizer makes of constants."""
    assigned = "{% set value = " + source[3:-3] + " %}{{ value }}"
    if result != reference.snippet(assigned, VARIABLES, optimized=False):
        return False
    text = result.get("output", result.get("message", "")).replace("', '", "")
    return not re.search(r"\d{18}|object|tcejbo|function|method|built", text, re.IGNORECASE)


def groups():
    rng = random.Random(SEED)
    rendered, refused = [], []
    while len(rendered) < RENDERED:
        source = "{{ " + expression(rng, rng.randint(1, 4)) + " }}"
        result = reference.snippet(source, VARIABLES)
        sources, wanted = (rendered, RENDERED) if "output" in result else (refused, REFUSED)
        if source not in sources and len(source) < 120 and len(sources) < wanted and is_told(source, result):
            sources.append(source)
    return [("random-rendered", VARIABLES, rendered), ("random-refused", VARIABLES, refused)]
