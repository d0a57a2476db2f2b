package dev.embedonce.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.hash.PerceptualHash;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheKeyTest {
    private static final ContentHash HASH = ContentHasher.sha256().hash("abc".getBytes(StandardCharsets.UTF_8));

    @Test
    void sha256_isWhatSha256sumPrints() {
        assertThat(HASH.hex()).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(ContentHash.ofBytes(HASH.toBytes())).isEqualTo(HASH);
    }

    @Test
    void sha512_isAtFullLength() {
        assertThat(ContentHasher.sha512().hash(new byte[0]).hex()).hasSize(128).startsWith("cf83e1357eefb8bd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "unknown", "Unknown", " UNKNOWN ", "null", "latest", "a\nb", "a\u0000b"})
    void newKey_versionThatSaysNothing_isRefused(String version) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CacheKey(version, "p", HASH))
                .withMessageContaining("modelVersion");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CacheKey("m", version, HASH))
                .withMessageContaining("preprocVersion");
    }

    @Test
    void newKey_unpairedSurrogateOrTooLong_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CacheKey("a\uD800", "p", HASH));
        assertThatIllegalArgumentException().isThrownBy(() -> new CacheKey("a".repeat(1025), "p", HASH));
        assertThat(new CacheKey("modèle 🖼", "p", HASH).modelVersion()).isEqualTo("modèle 🖼");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ba7816bf8f01cfea", // cut
                "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", // upper case
                "xa7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0"
            })
    void contentHash_cutOrNotHex_isRefused(String hex) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ContentHash(hex));
    }

    /** No constructor or factory of a key takes a perceptual hash, or text that could be one. */
    @Test
    void perceptualHash_cannotBecomeAKey() {
        for (Constructor<?> constructor : CacheKey.class.getConstructors()) {
            assertThat(Arrays.asList(constructor.getParameterTypes())).doesNotContain(PerceptualHash.class);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new ContentHash(new PerceptualHash(-1L).hex()));
    }
}
