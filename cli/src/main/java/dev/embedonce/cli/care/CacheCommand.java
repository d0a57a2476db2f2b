package dev.embedonce.cli.care;

import picocli.CommandLine.Command;

/** {@code embedonce cache}: the commands that look after a cache. */
@Command(
        name = "cache",
        description = "Look after the cache.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StatsCommand.class,
            VerifyCommand.class,
            AuditCommand.class,
            ExplainCommand.class,
            GcCommand.class,
            InvalidateCommand.class,
            ExportCommand.class,
            ImportCommand.class
        })
public final class CacheCommand {}
