/**
 * Where signed config comes from, and where reports go: mirrors on the network, folders and bundles
 * on disk. Fetches, keeps and hands on what {@code trust} has verified; knows nothing of what the
 * documents say. Whatever a mirror answers, the last good config stays in force.
 */
@NullMarked
package io.fleetinstaller.source;

import org.jspecify.annotations.NullMarked;
