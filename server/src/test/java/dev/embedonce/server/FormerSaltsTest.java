package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.server.security.ApiKeys;
import dev.embedonce.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletions reach entries under salts that no key has any more. */
class FormerSaltsTest {
    private static final String KEY = "alice-key-0123456789";
    private static final String ADMIN = "admin-key-0123456789";

    @TempDir
    private Path folder;

    private ApiKeys keys(String text) throws IOException {
        return ApiKeys.read(Files.writeString(folder.resolve("keys.json"), text));
    }

    @Test
    void delete_hashOfASaltThatNoKeyHasAnyMore_reachesItsEntries() throws IOException {
        byte[] picture = Pictures.png(3);
        String url = "files:" + folder.resolve("cache");
        String keys = """
                {"keys": [{"name": "alice", "key": "%s", "salt": "%s"},
                          {"name": "root", "key": "%s", "salt": "r", "admin": true}]%s}
                """;
        ApiKeys before = keys(keys.formatted(KEY, "old-salt", ADMIN, ""));
        String hash;
        try (TestServer server = TestServer.start(Stores.open(url), options -> options.keys(before))) {
            hash = server.ask(chat("x", picture), "x-api-key", KEY)
                    .at("/embedonce/images/0/sha256")
                    .textValue();
        }
        ApiKeys after = keys(keys.formatted(KEY, "new-salt", ADMIN, ", \"formerSalts\": [\"old-salt\"]"));
        try (TestServer server = TestServer.start(Stores.open(url), options -> options.keys(after))) {
            JsonNode deleted = server.json(server.send(server.request("/v1/cache/" + hash)
                    .header("x-api-key", ADMIN)
                    .DELETE()
                    .build()));
            assertThat(deleted.path("removed").intValue()).isEqualTo(1);
        }
        try (TestServer server = TestServer.start(Stores.open(url), options -> options.keys(before))) {
            JsonNode again = server.ask(chat("x", picture), "x-api-key", KEY);
            assertThat(again.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        }
    }

    @Test
    void read_formerSaltsThatAreNone_areRefusedWithoutShowingThem() {
        for (String bad :
                new String[] {"\"secret\"", "[\"secret\", \"\"]", "[\"secret\", 1]", "null", "{\"a\": \"secret\"}"}) {
            assertThatThrownBy(() -> keys("{\"keys\": [{\"name\": \"a\", \"key\": \"" + KEY
                            + "\", \"salt\": \"s\"}], \"formerSalts\": " + bad + "}"))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("formerSalts")
                    .hasMessageNotContaining("secret");
        }
    }
}
