package io.fleetinstaller.trust;

import java.util.SortedMap;

/**
 * Which targets are vouched for.
 *
 * @param targets by path
 * @param refused why a role, or a path, could not be verified; what depends on it is not among the
 *     targets. To be asked again at the next poll, even if nothing else has changed
 */
public record Listing(SortedMap<String, TargetFile> targets, SortedMap<String, Refusal> refused) {}
