/**
 * Power cuts that lose what was not synced: a virtual machine with its own kernel and disk, cut in
 * the middle of an upgrade and switched on again. What the kernel had not written is gone with the
 * machine; of what it had and the disk had not flushed, the disk, which is ours, forgets a part.
 */
@NullMarked
package io.fleetinstaller.packaging.cuts;

import org.jspecify.annotations.NullMarked;
