/**
 * Decides whether a copy is well: the probes that ask, the watch on the services themselves, and
 * the gate that turns what they saw into a verdict with its evidence. May not know what is done
 * with a verdict, nor where a slot came from.
 */
@NullMarked
package io.fleetinstaller.health;

import org.jspecify.annotations.NullMarked;
