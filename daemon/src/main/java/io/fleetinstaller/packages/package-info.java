/**
 * Makes packages: turns a directory and a descriptor into an OCI artifact, byte for byte the same
 * each time. Runs on developers' machines and in their pipelines; the daemon never needs it.
 */
@NullMarked
package io.fleetinstaller.packages;

import org.jspecify.annotations.NullMarked;
