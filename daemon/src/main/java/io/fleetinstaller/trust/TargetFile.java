package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import java.util.SortedMap;

/**
 * What a role vouches for: these many bytes with these hashes.
 *
 * @param role the role that vouches for it
 * @param length in bytes
 * @param hashes hex digits by algorithm; at least one that is known
 * @param custom what the signer added, untouched; empty if nothing
 */
public record TargetFile(
    String path, String role, long length, SortedMap<String, String> hashes, Tree.Members custom) {}
