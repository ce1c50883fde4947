/**
 * What this host should have: worked out from what its sources ask for and what its people decided
 * on the host itself. Pure, but for the two files it reads and the one it keeps. May not know what
 * is installed, how it gets there, or who serves it.
 */
@NullMarked
package io.fleetinstaller.desired;

import org.jspecify.annotations.NullMarked;
