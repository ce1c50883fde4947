/**
 * What this host should have: worked out from what its sources ask for and what its people decided
 * on the host itself. Pure, but for the desired file that it reads and the policy that it keeps, in
 * two copies. May not know what is installed, how it gets there, or who serves it.
 */
@NullMarked
package io.fleetinstaller.desired;

import org.jspecify.annotations.NullMarked;
