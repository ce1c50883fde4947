/**
 * The composition: the one place that knows every part, wires them by hand, and turns the engine's
 * steps into calls on registry, slots, host and health. The rules that need more than one part are
 * here; which step comes next is {@code upgrade}'s.
 */
@NullMarked
package io.fleetinstaller.daemon;

import org.jspecify.annotations.NullMarked;
