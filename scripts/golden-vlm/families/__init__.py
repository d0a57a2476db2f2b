"""One module a family: `FAMILIES` is its list of tiny models."""
