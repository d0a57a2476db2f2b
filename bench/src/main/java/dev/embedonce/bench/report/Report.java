package dev.embedonce.bench.report;

import dev.embedonce.bench.measure.Result;

/** A result and where it was found: one JSON file. */
public record Report(Result result, Machine machine) {}
