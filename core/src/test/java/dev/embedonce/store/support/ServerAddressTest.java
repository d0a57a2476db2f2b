package dev.embedonce.store.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.StoreUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    private static ServerAddress of(String rest) {
        return ServerAddress.of(StoreUrl.parse("x1:" + rest), 99, "//host");
    }

    @Test
    void of_allParts_decodesThem() {
        ServerAddress all = of("//m%40e:p%40ss+w%3A@rd@[::1]:7000/my%20db");
        assertThat(all).isEqualTo(new ServerAddress("m@e", "p@ss+w:@rd", "::1", 7000, "my db"));
        assertThat(all.hostAndPort()).isEqualTo("[::1]:7000");
        assertThat(all).hasToString("//[::1]:7000/my db");
    }

    @Test
    void of_missingParts_areNullOrTheDefault() {
        assertThat(of("//cache")).isEqualTo(new ServerAddress(null, null, "cache", 99, null));
        assertThat(of("//@cache/")).isEqualTo(new ServerAddress(null, null, "cache", 99, null));
        assertThat(of("//:secret@cache")).isEqualTo(new ServerAddress(null, "secret", "cache", 99, null));
    }

    @Test
    void or_fillsInWhatIsMissingOnly() {
        assertThat(of("//cache").orUser("u").orPassword("p")).isEqualTo(of("//u:p@cache"));
        assertThat(of("//me:x@cache").orUser("u").orPassword("p")).isEqualTo(of("//me:x@cache"));
        assertThat(of("//me:@cache").orPassword("p").password())
                .as("an empty password is one")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "cache", "//", "//a b:x", "//host:port/db", "//u:S3/CR3T@h", "//u:S3CR3T%zz@h", "//h/a/b"})
    void of_anythingElse_isRefusedWithoutItsSecrets(String rest) {
        assertThatThrownBy(() -> of(rest))
                .isInstanceOf(StoreUrlException.class)
                .hasMessageNotContaining("CR3T")
                .hasNoCause();
    }
}
