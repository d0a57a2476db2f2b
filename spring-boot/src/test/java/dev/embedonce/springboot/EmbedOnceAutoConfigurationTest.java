package dev.embedonce.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.demo.DemoModel;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.springai.EmbedOnceChatModel;
import dev.embedonce.springai.EmbedOnceDocumentEmbeddingModel;
import dev.embedonce.springai.EmbedOnceEmbeddingModel;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.vlm.ModelOptions;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class EmbedOnceAutoConfigurationTest {
    @TempDir
    private static Path folder;

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EmbedOnceCacheAutoConfiguration.class,
                    EmbedOnceEncoderAutoConfiguration.class,
                    EmbedOnceChatAutoConfiguration.class,
                    EmbedOnceSpringAiAutoConfiguration.class,
                    EmbedOnceHealthAutoConfiguration.class));
    private final ApplicationContextRunner withStore = application.withPropertyValues("embedonce.store=memory:");
    private final ApplicationContextRunner withDemo = withStore.withPropertyValues(
            "embedonce.chat.model=" + demo(), "embedonce.chat.threads=1", "embedonce.chat.name=demo");

    private static Path demo() {
        return DemoModel.unpack(folder);
    }

    private static String clip() {
        return Objects.requireNonNull(EmbedOnceAutoConfigurationTest.class.getResource("/models/clip"))
                .getPath();
    }

    @Test
    void nothingSaid_nothingIsThere() {
        application.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(CacheStore.class)
                .doesNotHaveBean(FeatureCache.class)
                .doesNotHaveBean(ImageEncoder.class)
                .doesNotHaveBean(ChatEngine.class)
                .doesNotHaveBean(ChatModel.class)
                .doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void store_isOpened_withACacheOverIt() {
        application
                .withPropertyValues(
                        "embedonce.store=files:" + folder.resolve("store"),
                        "embedonce.cache.heap=0",
                        "embedonce.cache.follow-deletions=0s")
                .run(context -> {
                    assertThat(context).hasSingleBean(CacheStore.class).doesNotHaveBean(ImageEncoder.class);
                    assertThat(context.getBean(FeatureCache.class).store()).isSameAs(context.getBean(CacheStore.class));
                    assertThat(folder.resolve("store")).isDirectory();
                });
    }

    @Test
    void encoder_withText_givesBothModelsOfEmbeddings() {
        withStore
                .withPropertyValues("embedonce.encoder.model=" + clip(), "embedonce.encoder.text=true")
                .run(context -> {
                    assertThat(context.getBean(TextEncoder.class).sameSpaceAs(context.getBean(ImageEncoder.class)))
                            .isTrue();
                    assertThat(context.getBean(EmbeddingModel.class)).isInstanceOf(EmbedOnceEmbeddingModel.class);
                    EmbeddingModel model = context.getBean(EmbeddingModel.class);
                    assertThat(model.embed("a disc")).hasSize(model.dimensions());
                    assertThat(context).hasSingleBean(EmbedOnceDocumentEmbeddingModel.class);
                });
    }

    @Test
    void encoder_bundled_hasNoText() {
        withStore.withPropertyValues("embedonce.encoder.model=default").run(context -> {
            assertThat(context).doesNotHaveBean(TextEncoder.class).doesNotHaveBean(EmbeddingModel.class);
            assertThat(context.getBean(DocumentEmbeddingModel.class).dimensions())
                    .isEqualTo(1280);
        });
    }

    @Test
    void encoder_settings_areFollowed() {
        withStore
                .withPropertyValues(
                        "embedonce.encoder.model=default",
                        "embedonce.encoder.threads=1",
                        "embedonce.encoder.batch-size=5",
                        "embedonce.encoder.normalize=true")
                .run(context -> {
                    ImageEncoder encoder = context.getBean(ImageEncoder.class);
                    assertThat(encoder.threads()).isEqualTo(1);
                    assertThat(encoder.batchSize()).isEqualTo(5);
                    float[] vector = encoder.embed(Files.readAllBytes(Path.of("../examples/pictures/discs.png")))
                            .toArray();
                    double square = 0;
                    for (float value : vector) {
                        square += value * value;
                    }
                    assertThat(square).isCloseTo(1, offset(1e-4));
                });
    }

    /** The names of beans in the order in which they are closed. */
    private static final class Closed implements DestructionAwareBeanPostProcessor {
        final List<String> names = new ArrayList<>();

        @Override
        public void postProcessBeforeDestruction(Object bean, String name) {
            names.add(name);
        }
    }

    @Test
    void chat_isOpened_andClosedInOrder() {
        Closed closed = new Closed();
        List<AutoCloseable> opened = new ArrayList<>();
        withDemo.withInitializer(context -> context.getBeanFactory().addBeanPostProcessor(closed))
                .withPropertyValues("embedonce.chat.max-sequences=2", "embedonce.chat.timeout=1m")
                .run(context -> {
                    EngineOptions options = context.getBean(EngineOptions.class);
                    assertThat(options.mostRows()).isEqualTo(2);
                    assertThat(options.timeout()).isEqualTo(Duration.ofMinutes(1));
                    EmbedOnceChatModel model = context.getBean(EmbedOnceChatModel.class);
                    assertThat(model.getOptions().getModel()).isEqualTo("demo");
                    assertThat(model.call("How many shapes are there?")).isNotEmpty();
                    opened.add(context.getBean(ChatEngine.class));
                    opened.add(context.getBean(CacheStore.class));
                });

        assertThat(((ChatEngine) opened.get(0)).isAlive()).isFalse();
        assertThatThrownBy(() -> ((CacheStore) opened.get(1)).stats()).isInstanceOf(IllegalStateException.class);
        assertThat(closed.names)
                .containsSubsequence("embedOnceDeletionWatch", "embedOnceChatEngine", "embedOnceVisionLanguageModel")
                .containsSubsequence("embedOnceChatEngine", "embedOnceCache", "embedOnceStore");
    }

    @Test
    void anotherProviderIsChosen_ourModelIsNotThere() {
        withDemo.withPropertyValues("spring.ai.model.chat=openai")
                .run(context ->
                        assertThat(context).hasSingleBean(ChatEngine.class).doesNotHaveBean(ChatModel.class));
        withStore
                .withPropertyValues(
                        "embedonce.encoder.model=" + clip(),
                        "embedonce.encoder.text=true",
                        "spring.ai.model.embedding=openai",
                        "spring.ai.model.embedding.multimodal=embedonce")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(EmbeddingModel.class)
                        .hasSingleBean(DocumentEmbeddingModel.class));
    }

    @Test
    void withoutSpringAi_theRestIsThere() {
        withStore
                .withPropertyValues("embedonce.encoder.model=default")
                .withClassLoader(new FilteredClassLoader("org.springframework.ai", "dev.embedonce.springai"))
                .run(context -> assertThat(context)
                        .hasSingleBean(ImageEncoder.class)
                        .doesNotHaveBean("embedOnceDocumentEmbeddingModel"));
    }

    /** Read by name as in applications: a class whose conditions do not hold is not loaded. */
    @ImportAutoConfiguration({EmbedOnceCacheAutoConfiguration.class, EmbedOnceHealthAutoConfiguration.class})
    @Configuration(proxyBeanMethods = false)
    static class ByName {}

    @Test
    void withoutActuator_theRestIsThere() {
        new ApplicationContextRunner()
                .withUserConfiguration(ByName.class)
                .withPropertyValues("embedonce.store=memory:")
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(context -> assertThat(context)
                        .hasSingleBean(FeatureCache.class)
                        .doesNotHaveBean("embedonceHealthIndicator"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnCache {
        @Bean
        FeatureCache ownCache() {
            return FeatureCache.over(new MemoryStore()).build();
        }
    }

    @Test
    void ownCache_isUsed() {
        application
                .withUserConfiguration(OwnCache.class)
                .withPropertyValues("embedonce.encoder.model=default", "embedonce.store=nothing:")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(FeatureCache.class)
                        .doesNotHaveBean(CacheStore.class)
                        .hasSingleBean(DocumentEmbeddingModel.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnCaches extends OwnCache {
        @Bean
        FeatureCache anotherCache() {
            return ownCache();
        }
    }

    @Test
    void twoCaches_areNamed() {
        application
                .withUserConfiguration(OwnCaches.class)
                .withPropertyValues("embedonce.encoder.model=default")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(NoUniqueBeanDefinitionException.class)
                        .hasMessageContainingAll("ownCache", "anotherCache"));
    }

    /** Counts first tokens, and opens models in its own way. */
    @Configuration(proxyBeanMethods = false)
    static class Own {
        private static final AtomicInteger FIRST_TOKENS = new AtomicInteger();

        @Bean
        ModelOptions ownOptions() {
            return ModelOptions.builder().threads(1).cacheFolder(folder).build();
        }

        @Bean
        EngineListener ownListener() {
            return new EngineListener() {
                @Override
                public void step(int sequences, long nanos) {}

                @Override
                public void chunk(int tokens, long nanos) {}

                @Override
                public void prompt(int tokens, int reusedTokens) {}

                @Override
                public void firstToken(long nanos) {
                    FIRST_TOKENS.incrementAndGet();
                }
            };
        }
    }

    @Test
    void ownOptionsAndListeners_areUsed() {
        withDemo.withUserConfiguration(Own.class).run(context -> {
            assertThat(context).hasSingleBean(ModelOptions.class).hasBean("ownOptions");
            context.getBean(ChatModel.class).call("How many shapes are there?");
            assertThat(Own.FIRST_TOKENS).hasValue(1);
        });
    }

    @Test
    void health_isUp_withWhatIsOpen() {
        withDemo.run(context -> {
            Health health = Objects.requireNonNull(
                    context.getBean(HealthIndicator.class).health());
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsEntry("demo", "open").containsEntry("stores", List.of("memory:"));

            context.getBean(ChatEngine.class).close();
            assertThat(Objects.requireNonNull(
                                    context.getBean(HealthIndicator.class).health())
                            .getStatus())
                    .isEqualTo(Status.DOWN);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Unreachable {
        @Bean
        CacheStore unreachable() {
            MemoryStore memory = new MemoryStore();
            return (CacheStore) Proxy.newProxyInstance(
                    CacheStore.class.getClassLoader(),
                    new Class<?>[] {CacheStore.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("getAll")) {
                            throw new StoreUnavailableException("no answer");
                        }
                        return method.invoke(memory, arguments);
                    });
        }
    }

    @Test
    void health_storeThatDoesNotAnswer_isDown() {
        withStore.withUserConfiguration(Unreachable.class).run(context -> {
            Health health = Objects.requireNonNull(
                    context.getBean(HealthIndicator.class).health());
            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(String.valueOf(health.getDetails().get("error"))).contains("no answer");
        });
    }

    @Test
    void health_canBeTurnedOff() {
        withStore
                .withPropertyValues("management.health.embedonce.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void wrongStore_namesTheProperty_withoutItsPassword() {
        application
                .withPropertyValues("embedonce.store=nowhere://user:hidden@host/db")
                .run(context ->
                        assertRefused(context.getStartupFailure(), "embedonce.store: ", "'nowhere:'", "hidden"));
    }

    @Test
    void missingModels_nameTheProperty() {
        withStore
                .withPropertyValues("embedonce.encoder.model=" + folder.resolve("nothing"))
                .run(context ->
                        assertRefused(context.getStartupFailure(), "embedonce.encoder.model: ", "nothing", "\n"));
        withStore
                .withPropertyValues("embedonce.chat.model=" + folder.resolve("nothing"))
                .run(context -> assertRefused(context.getStartupFailure(), "embedonce.chat.model: ", "nothing", "\n"));
        withStore
                .withPropertyValues("embedonce.encoder.model=default", "embedonce.encoder.text=true")
                .run(context ->
                        assertRefused(context.getStartupFailure(), "embedonce.encoder.model: ", "no text side", "\n"));
    }

    @Test
    void wrongSealKeys_nameTheProperty() {
        withStore
                .withPropertyValues("embedonce.cache.seal-keys=" + folder.resolve("no-keys"))
                .run(context -> assertRefused(context.getStartupFailure(), "embedonce.cache: ", "", "\n"));
    }

    @Test
    void numbersOutOfRange_nameTheirGroup() {
        withStore
                .withPropertyValues("embedonce.cache.heap=-1B")
                .run(context -> assertRefused(context.getStartupFailure(), "embedonce.cache: ", "heapBytes", "\n"));
        withStore
                .withPropertyValues("embedonce.encoder.model=default", "embedonce.encoder.batch-size=0")
                .run(context -> assertRefused(context.getStartupFailure(), "embedonce.encoder: ", "batchSize", "\n"));
        withDemo.withPropertyValues("embedonce.chat.max-sequences=0")
                .run(context -> assertRefused(context.getStartupFailure(), "embedonce.chat: ", "rows", "\n"));
    }

    private static void assertRefused(@Nullable Throwable failure, String property, String part, String absent) {
        FailureAnalysis analysis =
                Objects.requireNonNull(new EmbedOnceFailureAnalyzer().analyze(Objects.requireNonNull(failure)));
        assertThat(analysis.getDescription())
                .startsWith(property)
                .contains(part)
                .doesNotContain(absent);
    }

    @Test
    void wrongNumber_namesTheProperty() {
        withDemo.withPropertyValues("embedonce.chat.max-sequences=many")
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("embedonce.chat.max-sequences"));
    }
}
