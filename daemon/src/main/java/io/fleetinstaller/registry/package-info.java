/**
 * Finds a release by digest and reads it: the index, the manifest of a platform, the descriptor and
 * the layers, from OCI registries or from OCI layouts on disk, through whichever of the configured
 * repositories can give it. Nothing leaves this package that does not have the digest and the size
 * it was asked for by. For whoever makes packages it writes layouts and pushes them. Knows nothing
 * of slots and upgrades.
 */
@NullMarked
package io.fleetinstaller.registry;

import org.jspecify.annotations.NullMarked;
