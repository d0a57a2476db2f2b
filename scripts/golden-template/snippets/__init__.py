"""Small templates, one construct each: every module's GROUPS is a list of (name, variables, sources)."""

from . import expressions, filters, formats, methods, statements, tests, whitespace

MODULES = {
    "whitespace": whitespace,
    "expressions": expressions,
    "statements": statements,
    "filters": filters,
    "tests": tests,
    "methods": methods,
    "formats": formats,
}
