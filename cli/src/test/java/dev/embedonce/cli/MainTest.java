package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    /** A short run describes no command that it does not need, and nobody can tell. */
    @Test
    void commandLine_ofOneCommand_describesItAlone_asTheWholeLineDoes() {
        CommandLine all = Main.commandLine();
        assertThat(all.getSubcommands()).containsKeys("embed", "search", "cache", "serve", "lab", "help");

        all.getSubcommands().forEach((name, command) -> {
            if (!name.equals("help")) {
                CommandLine one = Main.commandLine(name, "--help");
                assertThat(one.getSubcommands()).containsOnlyKeys(name);
                assertThat(usage(Objects.requireNonNull(one.getSubcommands().get(name))))
                        .isEqualTo(usage(command));
            }
        });
    }

    @Test
    void commandLine_ofTheVersionAlone_describesNoCommand() {
        assertThat(Main.commandLine("--version").getSubcommands()).isEmpty();
        assertThat(Main.commandLine("-V").getSubcommands()).isEmpty();
    }

    @Test
    void commandLine_ofAnythingElse_describesAll() {
        Set<String> all = Main.commandLine().getSubcommands().keySet();
        assertThat(Main.commandLine("--help").getSubcommands().keySet()).isEqualTo(all);
        assertThat(Main.commandLine("help", "embed").getSubcommands().keySet()).isEqualTo(all);
        assertThat(Main.commandLine("embedd").getSubcommands().keySet()).isEqualTo(all);
        assertThat(Main.commandLine("--version", "embed").getSubcommands().keySet())
                .isEqualTo(all);
    }

    private static String usage(CommandLine command) {
        StringBuilder text = new StringBuilder(command.getUsageMessage(CommandLine.Help.Ansi.OFF));
        command.getSubcommands().values().forEach(sub -> text.append(usage(sub)));
        return text.toString();
    }
}
