/**
 * The engine: what to do ({@code Plan}), in which order and what after a failure ({@code Course}),
 * what was done ({@code Journal}), and the loop that does it ({@code Conductor}). It knows no
 * library, no operating system and no network; the steps themselves are done behind {@link
 * io.fleetinstaller.upgrade.Steps}.
 */
@NullMarked
package io.fleetinstaller.upgrade;

import org.jspecify.annotations.NullMarked;
