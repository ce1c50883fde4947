/**
 * The doors: third-party libraries and dangerous calls of the JDK enter through a few classes here
 * (but OkHttp, in {@code http}, and picocli, in {@code cli}), so that limits are set once, faults
 * can be injected once, and a library can be replaced in one place. And the formats that several
 * packages read or write: tar, JSON and YAML documents, durations, sizes. Knows the nouns of {@code
 * release} only.
 */
@NullMarked
package io.fleetinstaller.io;

import org.jspecify.annotations.NullMarked;
