package dev.embedonce.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.StoreUrlException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUrlTest {
    @Test
    void parse_optionsAndRest() {
        StoreUrl url = StoreUrl.parse("files:/data/my%20cache?max-bytes=20GB&fsync=true");
        assertThat(url.scheme()).isEqualTo("files");
        assertThat(url.rest()).isEqualTo("/data/my%20cache");
        assertThat(url.option("max-bytes", "")).isEqualTo("20GB");
        assertThatThrownBy(() -> url.requireOnly("fsync"))
                .isInstanceOf(StoreUrlException.class)
                .hasMessage("the files store has no option 'max-bytes'; it has fsync");
    }

    @Test
    void toString_neverShowsAPassword() {
        assertThat(StoreUrl.parse("postgresql://me:hunter2@db/x?sslmode=require&sslpassword=hunter2"))
                .hasToString("postgresql://me:***@db/x?sslmode=require&sslpassword=***");
        assertThatThrownBy(() -> StoreUrl.parse("//me:hunter2@db")).hasMessageNotContaining("hunter2");
    }

    @Test
    void toString_passwordWithAnAt_isHiddenAsAWhole() {
        assertThat(StoreUrl.parse("postgresql://bob:p@ssword@host/db")).hasToString("postgresql://bob:***@host/db");
        assertThat(StoreUrl.parse("redis://bob:pass/word@host")).hasToString("redis://bob:***@host");
        assertThat(StoreUrl.parse("redis://[::1]:6379/0")).hasToString("redis://[::1]:6379/0");
        assertThat(StoreUrl.parse("redis://host:6379")).hasToString("redis://host:6379");
        assertThat(StoreUrl.parse("files:/data/a@b:c")).hasToString("files:/data/a@b:c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://bob:12?34@host", "redis://bob:12?a=4@host", "redis://bob:p@a?ttl=1d@host"})
    void parse_atAfterTheQuestionMark_isRefusedWithAHint(String url) {
        assertThatThrownBy(() -> StoreUrl.parse(url))
                .isInstanceOf(StoreUrlException.class)
                .hasMessageContaining("%3F")
                .hasMessageNotContainingAny("12", "34", "a=4", "bob");
    }

    /**
     * Passwords made of tokens that must not come out anywhere and all that has a meaning in URLs; also with parts of
     * the URL missing.
     */
    @Test
    void anyMessage_randomPasswords_showsNoPartOfThem() {
        Random random = new Random(20261201);
        String[] odd = {
            "@", "?", "/", ":", "#", "&", "=", "%", "%4", "%40", "[", "]", " ", "\\", "//", "é", "?a=", "&b=", "*"
        };
        String[] before = {
            "postgresql://bob:", "redis://:", "REDISS://bob:", "//bob:", "x://bob:", "bob:", "u:", "://bob:"
        };
        String[] after = {
            "@host/db",
            "@host:1234",
            "@host?ttl=1d",
            "@[::1]/0?timeout=3s",
            "@host?password=S3CR3T",
            "@host?pwd=S3CR3T",
            "@",
            ""
        };
        int shown = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder password = new StringBuilder("S3CR3T");
            for (int j = random.nextInt(4); j > 0; j--) {
                password.append(odd[random.nextInt(odd.length)]).append("S3CR3T");
            }
            String end = after[random.nextInt(after.length)];
            if (end.isEmpty() && password.indexOf("@") >= 0) {
                continue; // what stands behind the last @ is the host, and shown
            }
            String url = before[random.nextInt(before.length)] + password + end;
            String text;
            try {
                StoreUrl parsed = StoreUrl.parse(url);
                // without // it is a path to StoreUrl; what is no store at all is refused before anybody shows it
                text = (parsed.rest().startsWith("//") ? parsed.toString() : "") + everyMessageOf(parsed);
                shown++;
            } catch (StoreUrlException e) {
                text = messages(e);
            }
            assertThat(text).as(url).doesNotContain("S3CR3T");
        }
        assertThat(shown).isPositive();
    }

    private static String everyMessageOf(StoreUrl url) {
        try {
            url.requireOnly("ttl");
            return String.valueOf(Stores.open(url));
        } catch (StoreUrlException e) {
            return messages(e);
        }
    }

    private static String messages(Throwable e) {
        return e + (e.getCause() == null ? "" : messages(e.getCause()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cache.db",
                "/abs/path",
                "C:",
                "sqlite:x?",
                "sqlite:x?a",
                "sqlite:x?a=1&a=2",
                "sqlite:x?a=%zz"
            })
    void parse_malformed_isRefused(String url) {
        if (url.equals("sqlite:x?")) {
            assertThat(StoreUrl.parse(url).options()).isEmpty();
        } else {
            assertThatThrownBy(() -> StoreUrl.parse(url)).isInstanceOf(StoreUrlException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"1048576,1048576", "500MB,500000000", "20GiB,21474836480", "1k,1000", "1 KiB,1024", "2TB,2000000000000"
    })
    void parseBytes_units(String text, long bytes) {
        assertThat(StoreUrl.parseBytes("max-bytes", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5GB", "GB", "1iB", "999999999999999T"})
    void parseBytes_notANumberOfBytes_isRefused(String text) {
        assertThatThrownBy(() -> StoreUrl.parseBytes("max-bytes", text))
                .isInstanceOf(StoreUrlException.class)
                .hasMessageContaining("max-bytes");
    }

    @Test
    void open_unknownKind_listsTheKnown() {
        assertThatThrownBy(() -> Stores.open("oracle:x"))
                .isInstanceOf(StoreUrlException.class)
                .hasMessage("there is no store 'oracle:'; available: memory:");
    }
}
