package dev.embedonce.server;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.server.api.embeddings.EmbeddingModel;
import dev.embedonce.server.security.AllowedHosts;
import dev.embedonce.server.security.ApiKeys;
import dev.embedonce.server.security.Limits;
import dev.embedonce.vlm.VisionLanguageModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a server serves, to whom and within which limits. Whoever opened models and cache closes them, after the server.
 * Immutable.
 */
public final class ServerOptions {
    private final String host;
    private final int port;
    private final FeatureCache cache;
    private final Map<String, VisionLanguageModel> chatModels;
    private final Map<String, EmbeddingModel> embeddingModels;
    private final EngineOptions engine;
    private final Limits limits;
    private final ApiKeys keys;
    private final Set<String> hostNames;
    private final Set<String> origins;
    private final AllowedHosts imageHosts;
    private final List<Path> imageFolders;
    private final boolean thumbnails;
    private final Duration idle;
    private final int connections;
    private final Duration grace;

    private ServerOptions(Builder builder) {
        this.host = builder.host;
        this.port = builder.port;
        this.cache = builder.cache;
        this.chatModels = Collections.unmodifiableMap(new LinkedHashMap<>(builder.chatModels));
        this.embeddingModels = Collections.unmodifiableMap(new LinkedHashMap<>(builder.embeddingModels));
        this.engine = builder.engine;
        this.limits = builder.limits;
        this.keys = builder.keys;
        this.hostNames = builder.hostNames;
        this.origins = builder.origins;
        this.imageHosts = builder.imageHosts;
        this.imageFolders = builder.imageFolders;
        this.thumbnails = builder.thumbnails;
        this.idle = builder.idle;
        this.connections = builder.connections;
        this.grace = builder.grace;
    }

    /** Options of a server whose features are kept in {@code cache}. */
    public static Builder over(FeatureCache cache) {
        return new Builder(cache);
    }

    /** The address to listen on. */
    public String host() {
        return host;
    }

    /** 0 for any free one. */
    public int port() {
        return port;
    }

    public FeatureCache cache() {
        return cache;
    }

    /** By the names that clients use. */
    public Map<String, VisionLanguageModel> chatModels() {
        return chatModels;
    }

    /** By the names that clients use. */
    public Map<String, EmbeddingModel> embeddingModels() {
        return embeddingModels;
    }

    public EngineOptions engine() {
        return engine;
    }

    public Limits limits() {
        return limits;
    }

    public ApiKeys keys() {
        return keys;
    }

    /** Names that clients may call the server by, besides {@code localhost} and plain addresses. */
    public Set<String> hostNames() {
        return hostNames;
    }

    /** Origins of web pages that may use it, besides its own. */
    public Set<String> origins() {
        return origins;
    }

    /** The hosts from which pictures may be fetched. */
    public AllowedHosts imageHosts() {
        return imageHosts;
    }

    /** Folders from which {@code file:} URLs may be read. */
    public List<Path> imageFolders() {
        return imageFolders;
    }

    /** Whether the page shows the pictures that were served. */
    public boolean thumbnails() {
        return thumbnails;
    }

    /** How long a connection may be silent, and how long the request line and headers may take. */
    public Duration idle() {
        return idle;
    }

    /** The most connections at the same time. */
    public int connections() {
        return connections;
    }

    /** How long {@code close} waits for answers under way. */
    public Duration grace() {
        return grace;
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private final FeatureCache cache;
        private String host = "127.0.0.1";
        private int port = 8000;
        private final Map<String, VisionLanguageModel> chatModels = new LinkedHashMap<>();
        private final Map<String, EmbeddingModel> embeddingModels = new LinkedHashMap<>();
        private EngineOptions engine = EngineOptions.DEFAULT;
        private Limits limits = Limits.DEFAULT;
        private ApiKeys keys = ApiKeys.NONE;
        private Set<String> hostNames = Set.of();
        private Set<String> origins = Set.of();
        private AllowedHosts imageHosts = AllowedHosts.NONE;
        private List<Path> imageFolders = List.of();
        private boolean thumbnails;
        private Duration idle = Duration.ofSeconds(30);
        private int connections = 1024;
        private Duration grace = Duration.ofSeconds(30);

        private Builder(FeatureCache cache) {
            this.cache = cache;
        }

        /** Default 127.0.0.1: this machine only. */
        public Builder host(String value) {
            host = value;
            return this;
        }

        /** Default 8000; 0 for any free one. */
        public Builder port(int value) {
            if (value < 0 || value > 65_535) {
                throw new IllegalArgumentException("port: expected 0 to 65535; found " + value);
            }
            port = value;
            return this;
        }

        /** A model for chats. */
        public Builder chatModel(String name, VisionLanguageModel model) {
            requireNew(name);
            chatModels.put(name, model);
            return this;
        }

        /** A model for embeddings; without texts it embeds pictures only. */
        public Builder embeddingModel(String name, ImageEncoder images, @Nullable TextEncoder texts) {
            requireNew(name);
            embeddingModels.put(name, new EmbeddingModel(images, Optional.ofNullable(texts)));
            return this;
        }

        private void requireNew(String name) {
            if (name.isBlank() || chatModels.containsKey(name) || embeddingModels.containsKey(name)) {
                throw new IllegalArgumentException("every model needs a name of its own; found '" + name + "'");
            }
        }

        public Builder engine(EngineOptions value) {
            engine = value;
            return this;
        }

        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        public Builder keys(ApiKeys value) {
            keys = value;
            return this;
        }

        public Builder hostNames(Set<String> value) {
            hostNames = Set.copyOf(value);
            return this;
        }

        public Builder origins(Set<String> value) {
            origins = Set.copyOf(value);
            return this;
        }

        /** Default nowhere. */
        public Builder imageHosts(AllowedHosts value) {
            imageHosts = value;
            return this;
        }

        /** Default none. */
        public Builder imageFolders(List<Path> value) {
            imageFolders = List.copyOf(value);
            return this;
        }

        /** Default no. */
        public Builder thumbnails(boolean value) {
            thumbnails = value;
            return this;
        }

        /** Default 30 s. */
        public Builder idle(Duration value) {
            idle = value;
            return this;
        }

        /**
         * Default 1024. A quarter of them may send bodies at the same time. Beyond that number, the connection that has
         * been idle for longest is closed.
         */
        public Builder connections(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("connections: expected at least 1; found " + value);
            }
            connections = value;
            return this;
        }

        /** Default 30 s. */
        public Builder grace(Duration value) {
            grace = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if there is no model at all
         */
        public ServerOptions build() {
            if (chatModels.isEmpty() && embeddingModels.isEmpty()) {
                throw new IllegalArgumentException("a server needs at least one model");
            }
            return new ServerOptions(this);
        }
    }
}
