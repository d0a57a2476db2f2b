package dev.embedonce.cli;

import dev.embedonce.cli.care.CacheCommand;
import dev.embedonce.cli.embed.EmbedCommand;
import dev.embedonce.cli.lab.LabCommand;
import dev.embedonce.cli.pictures.InspectCommand;
import dev.embedonce.cli.pictures.NearDuplicatesCommand;
import dev.embedonce.cli.pictures.PhashCommand;
import dev.embedonce.cli.search.SearchCommand;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.cli.terminal.NativeText;
import dev.embedonce.cli.vlm.ChatCommand;
import dev.embedonce.cli.vlm.ServeCommand;
import dev.embedonce.cli.vlm.VlmCommand;
import dev.embedonce.error.CacheException;
import dev.embedonce.lab.base.LabException;
import dev.embedonce.template.TemplateException;
import dev.embedonce.vlm.BadImageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The {@code embedonce} command. */
@Command(
        name = "embedonce",
        description = "Never run a vision encoder twice on the same image.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true)
public final class Main {
    /** In the order of the help. */
    private static final List<Class<?>> COMMANDS = List.of(
            EmbedCommand.class,
            SearchCommand.class,
            NearDuplicatesCommand.class,
            PhashCommand.class,
            InspectCommand.class,
            CacheCommand.class,
            ChatCommand.class,
            ServeCommand.class,
            VlmCommand.class,
            LabCommand.class,
            HelpCommand.class);

    private Main() {}

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        NativeText.writeUtf8();
        try {
            NativeText.requireReadable(args);
        } catch (CliException e) {
            System.err.println("embedonce: " + e.getMessage());
            System.exit(ExitCodes.CANNOT);
        }
        System.exit(run(args));
    }

    /** Runs a command; an error is one line on standard error and an exit code. */
    public static int run(String... args) {
        quietLogging();
        return commandLine(args)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler((e, command, parsed) -> report(e, command.getErr()))
                .setParameterExceptionHandler(Main::reportUsage)
                .execute(args);
    }

    /**
     * The command line for these arguments. It describes only the command that they begin with, or all of them:
     * describing a command by reflection takes a good part of a short run.
     */
    static CommandLine commandLine(String... args) {
        CommandLine line = new CommandLine(new Main());
        String first = args.length == 0 ? "" : args[0];
        if (args.length == 1 && (first.equals("--version") || first.equals("-V"))) {
            return line;
        }
        List<Class<?>> named = COMMANDS.stream()
                .filter(command ->
                        !command.equals(HelpCommand.class) && name(command).equals(first))
                .toList();
        (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
        return line;
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    private static int reportUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("embedonce: " + UsageErrors.message(e, args));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            command.getErr().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCodes.CANNOT;
    }

    private static int report(Exception e, PrintWriter err) {
        boolean expected = e instanceof CliException
                || e instanceof CacheException
                || e instanceof IllegalArgumentException
                || e instanceof BadImageException
                || e instanceof LabException
                || e instanceof TemplateException
                || e instanceof IOException
                || e instanceof UncheckedIOException;
        if (expected) {
            err.println("embedonce: " + Messages.oneLine(e));
            return ExitCodes.CANNOT;
        }
        err.println("embedonce: internal error; please report it with what follows");
        e.printStackTrace(err);
        return ExitCodes.INTERNAL;
    }

    private static void quietLogging() {
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        System.setProperty("java.util.logging.SimpleFormatter.format", "embedonce: %5$s%n");
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "embedonce " + (version == null ? "(development)" : version),
                "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch")
            };
        }
    }
}
