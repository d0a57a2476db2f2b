package dev.embedonce.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.StoreUrlException;
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
