/**
 * Power cuts that lose what was not synced: a virtual machine with its own kernel and disk, cut in
 * the middle of an upgrade and switched on again.
 */
@NullMarked
package io.fleetinstaller.packaging.cuts;

import org.jspecify.annotations.NullMarked;
