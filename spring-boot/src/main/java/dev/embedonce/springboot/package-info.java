/** Beans of a Spring Boot application over the cache, encoders and the engine. */
@NullMarked
package dev.embedonce.springboot;

import org.jspecify.annotations.NullMarked;
