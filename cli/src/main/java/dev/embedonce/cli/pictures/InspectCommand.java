package dev.embedonce.cli.pictures;

import picocli.CommandLine.Command;

/** {@code embedonce inspect}. */
@Command(
        name = "inspect",
        description = "Look at what happens on the way from a picture to its vector.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = InspectPixelsCommand.class)
public final class InspectCommand {}
