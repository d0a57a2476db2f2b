package dev.embedonce.bench.measure;

import org.jspecify.annotations.Nullable;

/**
 * One line of a result.
 *
 * @param contender who
 * @param unit of {@code value}
 * @param ratio to {@code ratioTo}, formed round by round; null if there is nothing to compare with
 */
public record Row(
        String contender,
        String unit,
        Spread value,
        @Nullable Spread ratio,
        @Nullable String ratioTo) {}
