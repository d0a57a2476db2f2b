/** The key, the cache and the interface of stores. */
module dev.embedonce.core {
    requires com.fasterxml.jackson.core;
    requires com.github.benmanes.caffeine;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports dev.embedonce.annotation;
    exports dev.embedonce.cache;
    exports dev.embedonce.care;
    exports dev.embedonce.codec;
    exports dev.embedonce.error;
    exports dev.embedonce.feature;
    exports dev.embedonce.hash;
    exports dev.embedonce.key;
    exports dev.embedonce.store;
    exports dev.embedonce.store.memory;
    exports dev.embedonce.store.support;
    exports dev.embedonce.value;

    uses dev.embedonce.store.StoreProvider;

    provides dev.embedonce.store.StoreProvider with
            dev.embedonce.store.memory.MemoryStoreProvider;
}
