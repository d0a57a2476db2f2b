package dev.embedonce.store.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.StoreUrl;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlOptionsTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "30s,PT30S", "2m,PT2M", "12h,PT12H", "60d,P60D"})
    void duration_countsUnits(String written, Duration meant) {
        assertThat(UrlOptions.duration(StoreUrl.parse("x1:?t=" + written), "t", "1s"))
                .isEqualTo(meant);
    }

    @Test
    void duration_notGiven_isTheOther() {
        assertThat(UrlOptions.duration(StoreUrl.parse("x1:"), "t", "7s")).isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0s", "10", "-1s", "1.5s", "1w", "soon", "9999999999s"})
    void duration_ofNoTime_isRefusedByName(String written) {
        assertThatThrownBy(() -> UrlOptions.duration(StoreUrl.parse("x1:?patience=" + written), "patience", "1s"))
                .isInstanceOf(StoreUrlException.class)
                .hasMessageContaining("patience is a time")
                .hasMessageContaining("'" + written + "'");
    }

    @Test
    void timeout_isWhatDriversTake() {
        assertThat(UrlOptions.timeout(StoreUrl.parse("x1:?t=24d"), "t", "1s")).isEqualTo(Duration.ofDays(24));
        assertThatThrownBy(() -> UrlOptions.timeout(StoreUrl.parse("x1:?t=25d"), "t", "1s"))
                .isInstanceOf(StoreUrlException.class)
                .hasMessage("t is at most 24 days; found '25d'");
    }

    @Test
    void flag_isTrueOrFalse() {
        assertThat(UrlOptions.flag(StoreUrl.parse("x1:?f=true"), "f")).isTrue();
        assertThat(UrlOptions.flag(StoreUrl.parse("x1:?f=false"), "f")).isFalse();
        assertThat(UrlOptions.flag(StoreUrl.parse("x1:"), "f")).isFalse();
        assertThatThrownBy(() -> UrlOptions.flag(StoreUrl.parse("x1:?f=yes"), "f"))
                .isInstanceOf(StoreUrlException.class)
                .hasMessage("f is true or false; found 'yes'");
    }

    @Test
    void path_isNeeded() {
        assertThat(UrlOptions.path(StoreUrl.parse("x1:a/b.db"), "file", "c.db")).isEqualTo(Path.of("a/b.db"));
        assertThatThrownBy(() -> UrlOptions.path(StoreUrl.parse("x1: "), "file", "c.db"))
                .isInstanceOf(StoreUrlException.class)
                .hasMessageContaining("needs a file, such as x1:c.db");
        assertThatThrownBy(() -> UrlOptions.path(StoreUrl.parse("x1:a\0b"), "file", "c.db"))
                .isInstanceOf(StoreUrlException.class)
                .hasMessageContaining("is not a path");
    }
}
