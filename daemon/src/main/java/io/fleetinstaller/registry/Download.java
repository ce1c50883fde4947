package io.fleetinstaller.registry;

import io.fleetinstaller.http.Pace;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * One blob to fetch, or a part of it.
 *
 * @param suspect told of a repository whose bytes were not those of the blob
 * @param arrived told of each number of bytes that was handed on
 */
record Download(
    Blob blob,
    Span span,
    Turns turns,
    Pace pace,
    Consumer<Repository> suspect,
    LongConsumer arrived) {}
