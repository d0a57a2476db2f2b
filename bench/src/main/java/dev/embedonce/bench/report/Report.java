package dev.embedonce.bench.report;

import dev.embedonce.bench.measure.Result;

/** A result and the machine it was measured on: one JSON file. */
public record Report(Result result, Machine machine) {}
