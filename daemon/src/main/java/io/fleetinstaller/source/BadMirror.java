package io.fleetinstaller.source;

import io.fleetinstaller.release.Reason;
import java.time.Instant;

/** A mirror that was passed over at the last time it was asked, and why. */
public record BadMirror(String url, Reason why, Instant at) {}
