/**
 * Tables of contents: which entries a layer has, and where in the packed layer the bytes of each
 * file lie. With one, a host fetches only what it does not have. Shape and names follow
 * zstd:chunked of containers/storage.
 */
@NullMarked
package io.fleetinstaller.toc;

import org.jspecify.annotations.NullMarked;
