package dev.embedonce.cli.vlm;

import picocli.CommandLine.Command;

/** {@code embedonce vlm}. */
@Command(
        name = "vlm",
        description = "Look into vision-language models.",
        subcommands = {TraceCommand.class, FamiliesCommand.class})
public final class VlmCommand {}
