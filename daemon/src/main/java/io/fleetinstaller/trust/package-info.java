/**
 * Whom this host believes: a client of The Update Framework 1.0. Decides from bytes, trusted state
 * and one instant what is verified, or refuses with a type; it never asks the network by itself and
 * knows nothing of what the verified documents say.
 */
@NullMarked
package io.fleetinstaller.trust;

import org.jspecify.annotations.NullMarked;
