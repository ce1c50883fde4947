package io.fleetinstaller.source;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Time;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a source stands on.
 *
 * @param state the daemon's state folder; a source owns {@code trust} and {@code source} in it
 * @param environment may name proxies
 */
public record Site(
    Path state, Disk disk, Time time, RandomGenerator chance, Map<String, String> environment) {}
