package dev.embedonce.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserFoldersTest {
    private static final Path HOME = Path.of("/home/ada");

    @Test
    void cache_followsThePlatform() {
        assertThat(UserFolders.cache(Map.of(), "Linux", HOME)).isEqualTo(Path.of("/home/ada/.cache/embedonce"));
        assertThat(UserFolders.cache(Map.of(), "Mac OS X", HOME))
                .isEqualTo(Path.of("/home/ada/Library/Caches/embedonce"));
        assertThat(UserFolders.cache(Map.of("LOCALAPPDATA", "/local"), "Windows 11", HOME))
                .isEqualTo(Path.of("/local/embedonce/cache"));
    }

    @Test
    void cache_xdgVariable_countsIfItIsAbsolute() {
        assertThat(UserFolders.cache(Map.of("XDG_CACHE_HOME", "/fast"), "Linux", HOME))
                .isEqualTo(Path.of("/fast/embedonce"));
        assertThat(UserFolders.cache(Map.of("XDG_CACHE_HOME", "relative"), "Linux", HOME))
                .isEqualTo(Path.of("/home/ada/.cache/embedonce"));
        assertThat(UserFolders.cache(Map.of("XDG_CACHE_HOME", ""), "Linux", HOME))
                .isEqualTo(Path.of("/home/ada/.cache/embedonce"));
    }
}
