package io.fleetinstaller.desired;

import io.fleetinstaller.release.PackageName;

/** A person's word that one package shall stay as it is. A manual verb typed later passes it. */
public record Hold(PackageName name, Decision decision) {}
