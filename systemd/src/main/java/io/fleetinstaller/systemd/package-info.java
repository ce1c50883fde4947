/**
 * Linux with systemd as the init system: the host that the daemon works on, and the program's
 * composition root. The only module that may speak of units.
 */
@NullMarked
package io.fleetinstaller.systemd;

import org.jspecify.annotations.NullMarked;
