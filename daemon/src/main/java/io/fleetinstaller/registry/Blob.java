package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;

/**
 * Some bytes that a manifest names.
 *
 * @param mediaType what they are
 * @param size in bytes
 */
public record Blob(String mediaType, Digest digest, long size) {}
