VALUES = {"i": 3, "f": 1.5, "t": True, "b": False, "s": "abc", "e": "", "none_": None, "l": [1], "d": {"a": 1}, "up": "ABC"}
SUBJECTS = ["i", "f", "t", "b", "s", "e", "none_", "l", "d", "up", "missing", "(1, 2)", "range(2)", "d.items()", "l|map('string')", "namespace()", "dict", "'a'|safe", "d.x", "s.upper", "0", "1", "1.0"]
PLAIN = ["boolean", "callable", "defined", "undefined", "false", "true", "float", "integer", "iterable", "mapping", "none", "number", "sequence", "string", "lower", "upper", "escaped", "odd", "even", "filter", "test"]

GROUPS = [
    ("test-" + name, VALUES, ["{{ " + subject + " is " + name + " }}" for subject in SUBJECTS if subject != "dict" or name not in ("lower", "upper")]) for name in PLAIN
    if name not in ("filter", "test")
] + [
    ("test-with-arguments", VALUES, [
        "{{ 6 is divisibleby 3 }}", "{{ 6 is divisibleby(4) }}", "{{ 6 is divisibleby 0 }}", "{{ s is divisibleby 2 }}", "{{ 6.0 is divisibleby 1.5 }}", "{{ 1 is eq 1.0 }}{{ 1 is equalto 2 }}{{ 1 is == 1 }}", "{{ 1 is ne 2 }}{{ 1 is ne 1 }}", "{{ 1 is lt 2 }}{{ 1 is lessthan 0 }}{{ 2 is le 2 }}{{ 3 is gt 2 }}{{ 3 is greaterthan 4 }}{{ 3 is ge 3 }}", "{{ 'a' is lt 1 }}", "{{ 1 is in [1] }}{{ 1 is in l }}{{ 'a' is in s }}{{ 'a' is in d }}{{ 2 is not in l }}", "{{ 1 is in 5 }}", "{{ none is sameas none }}{{ true is sameas true }}{{ 1 is sameas true }}{{ l is sameas l }}{{ [1] is sameas [1] }}{{ false is sameas 0 }}",
        "{{ 'upper' is filter }}{{ 'nosuch' is filter }}{{ 'tojson' is filter }}{{ 'odd' is test }}{{ 'nosuch' is test }}{{ '==' is test }}", "{{ 1 is filter }}", "{{ 1 is nosuch }}", "{% if false %}{{ 1 is nosuch }}{% endif %}x", "{{ 1 is defined(2) }}", "{{ 1 is eq }}", "{{ 1 is eq(1, 2) }}", "{{ 1 is not eq 2 }}", "{{ i is not none and i is not string }}", "{{ i is eq(3) and s is eq('abc') }}", "{{ missing is not defined or missing is none }}", "{{ d.x is defined and d.x is not none }}", "{{ s is string and s is not mapping }}", "{{ i is odd is true }}", "{{ i is not not odd }}", "{{ i is }}", "{{ is odd }}", "{{ i is eq i }}{{ i is eq -3 }}", "{{ [1, 2] is eq [1, 2] }}{{ {'a': 1} is eq {'a': 1} }}", "{{ s is eq 'a' 'bc' }}", "{{ s is eq s.lower() }}", "{{ i is gt 2 if i else 0 }}",
        "{{ 'ABC1' is upper }}{{ '1' is upper }}{{ 'abc é' is lower }}{{ 'ǅ' is upper }}", "{{ 2.0 is even }}{{ 3.0 is odd }}{{ -3 is odd }}{{ 2.5 is odd }}{{ true is odd }}", "{{ d.items is callable }}{{ dict is callable }}{{ namespace is callable }}{{ raise_exception is callable }}", "{{ d.keys() is mapping }}{{ d.keys() is sequence }}", "{{ content is string }}{{ content is iterable }}",
    ]),
]
