/** LangChain4j's models over our encoders, cache and engine, and a cache for any other embedding model. */
@NullMarked
package dev.embedonce.langchain4j;

import org.jspecify.annotations.NullMarked;
