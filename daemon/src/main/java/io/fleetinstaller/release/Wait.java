package io.fleetinstaller.release;

import java.time.Instant;

/**
 * Nothing goes on until somebody outside is asked again.
 *
 * @param whom who is asked then
 * @param until when
 * @param why what came of asking before; without secrets
 */
public record Wait(String whom, Instant until, String why) {}
