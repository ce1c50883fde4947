/**
 * Linux with systemd as the init system: the host that the daemon works on, and the program's
 * composition root. The only module that writes units or asks systemd for anything; {@code
 * diagnose} merely collects what {@code systemctl} and {@code journalctl} say where they exist.
 */
@NullMarked
package io.fleetinstaller.systemd;

import org.jspecify.annotations.NullMarked;
