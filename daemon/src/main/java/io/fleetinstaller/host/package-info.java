/**
 * What an operating system must offer, and the one host that needs none: the supervised host, where
 * agents are the daemon's own child processes (containers, demo). May not know how anything is
 * fetched, stored or judged.
 */
@NullMarked
package io.fleetinstaller.host;

import org.jspecify.annotations.NullMarked;
