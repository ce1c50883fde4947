/**
 * The composition: the one place that knows every part, wires them by hand, and turns the engine's
 * steps into calls on registry, slots, host and health. Decides nothing about an upgrade itself.
 */
@NullMarked
package io.fleetinstaller.daemon;

import org.jspecify.annotations.NullMarked;
