package dev.embedonce.cli;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong with a command line without repeating it: a misplaced value may be a password or a key. Only names
 * of the command's own options and subcommands are repeated, and what looks like a misspelt one.
 */
final class UsageErrors {
    private static final Pattern OPTION_LIKE = Pattern.compile("--?[a-z]+(-[a-z]+){0,3}");
    private static final int LONGEST_OPTION = 24;
    private static final String HIDDEN = "(not shown)";

    private UsageErrors() {}

    /** One line that names what is wrong. */
    static String message(ParameterException e, String... arguments) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        String message = String.valueOf(e.getMessage());
        for (String value : values(e.getCommandLine(), arguments)) {
            message = message.replace(value, HIDDEN);
        }
        return message;
    }

    private static String unmatched(UnmatchedArgumentException e) {
        String first = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().get(0);
        String name = first.split("=", 2)[0];
        if (isOptionLike(name)) {
            return "unknown option " + name;
        }
        return first.startsWith("-")
                ? "unknown option; its text is not shown, as it may hold a secret"
                : "an argument that this command does not take; its text is not shown, as it may be a secret";
    }

    private static boolean isOptionLike(String name) {
        return name.length() <= LONGEST_OPTION && OPTION_LIKE.matcher(name).matches();
    }

    /** The arguments that are not names of ours, the longest first. */
    private static List<String> values(CommandLine command, String... arguments) {
        Set<String> names = Stream.iterate(command, c -> c != null, CommandLine::getParent)
                .flatMap(c -> Stream.concat(
                        c.getCommandSpec().optionsMap().keySet().stream(),
                        Stream.concat(c.getSubcommands().keySet().stream(), Stream.of(c.getCommandName()))))
                .collect(Collectors.toSet());
        return Arrays.stream(arguments)
                .flatMap(argument -> Stream.of(argument, argument.substring(argument.indexOf('=') + 1)))
                .filter(value -> !value.isBlank() && !names.contains(value))
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }
}
