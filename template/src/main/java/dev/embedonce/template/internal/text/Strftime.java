package dev.embedonce.template.internal.text;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Dates as C's {@code strftime} writes them in the C locale. A letter that it does not know stays as it is written. */
public final class Strftime {
    private Strftime() {}

    /** Writes a time. */
    public static String format(String format, LocalDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char character = format.charAt(i);
            if (character != '%' || i + 1 == format.length()) {
                out.append(character);
                continue;
            }
            boolean flag = "-_0^".indexOf(format.charAt(i + 1)) >= 0 && i + 2 < format.length();
            char directive = format.charAt(i + (flag ? 2 : 1));
            String text = directive(directive, time);
            if (text == null) {
                out.append('%');
            } else {
                out.append(flag ? padded(text, format.charAt(i + 1)) : text);
                i += flag ? 2 : 1;
            }
        }
        return out.toString();
    }

    private static String padded(String text, char flag) {
        if (flag == '^') {
            return Text.upper(text);
        }
        String bare = text.replaceFirst("^[ 0]+(?=.)", "");
        return switch (flag) {
            case '-' -> bare;
            case '_' -> " ".repeat(text.length() - bare.length()) + bare;
            default -> "0".repeat(text.length() - bare.length()) + bare;
        };
    }

    private static @Nullable String directive(char directive, LocalDateTime time) {
        return switch (directive) {
            case 'a' -> by("EEE", time);
            case 'A' -> by("EEEE", time);
            case 'b', 'h' -> by("MMM", time);
            case 'B' -> by("MMMM", time);
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
            case 'x', 'D' -> format("%m/%d/%y", time);
            case 'X', 'T' -> format("%H:%M:%S", time);
            case 'r' -> format("%I:%M:%S %p", time);
            case 'R' -> format("%H:%M", time);
            case 'F' -> format("%Y-%m-%d", time);
            case 'z', 'Z' -> "";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> number(directive, time);
        };
    }

    private static @Nullable String number(char directive, LocalDateTime time) {
        int weekday = time.getDayOfWeek().getValue();
        return switch (directive) {
            case 'Y' -> String.valueOf(time.getYear());
            case 'C' -> two(time.getYear() / 100);
            case 'y' -> two(time.getYear() % 100);
            case 'm' -> two(time.getMonthValue());
            case 'd' -> two(time.getDayOfMonth());
            case 'e' -> String.format("%2d", time.getDayOfMonth());
            case 'H' -> two(time.getHour());
            case 'k' -> String.format("%2d", time.getHour());
            case 'I' -> two((time.getHour() + 11) % 12 + 1);
            case 'l' -> String.format("%2d", (time.getHour() + 11) % 12 + 1);
            case 'M' -> two(time.getMinute());
            case 'S' -> two(time.getSecond());
            case 'f' ->
                String.format(
                        "%06d", time.getNano() / ChronoUnit.MICROS.getDuration().toNanos());
            case 'j' -> String.format("%03d", time.getDayOfYear());
            case 'u' -> String.valueOf(weekday);
            case 'w' -> String.valueOf(weekday % 7);
            case 'U' -> two((time.getDayOfYear() + 6 - weekday % 7) / 7);
            case 'W' -> two((time.getDayOfYear() + 6 - (weekday - 1)) / 7);
            case 'V' -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'G' -> String.valueOf(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> two(time.get(IsoFields.WEEK_BASED_YEAR) % 100);
            default -> null;
        };
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : String.valueOf(number);
    }

    private static String by(String pattern, LocalDateTime time) {
        return time.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
    }
}
