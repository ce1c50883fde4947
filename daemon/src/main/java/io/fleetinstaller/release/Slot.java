package io.fleetinstaller.release;

import java.nio.file.Path;

/**
 * One whole copy of a release on disk.
 *
 * @param path the slot itself, not a link to it
 * @param current the link of the package through which its service finds whichever slot is current
 */
public record Slot(Release release, Path path, Path current, Descriptor descriptor) {}
