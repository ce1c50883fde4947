/**
 * What turns the files of one release into those of another: which of them have a block-wise patch
 * against a file of the old one, and which come whole. All other files are in the old one already.
 * A delta proves nothing: what comes out of it is checked by whoever asked for it.
 */
@NullMarked
package io.fleetinstaller.delta;

import org.jspecify.annotations.NullMarked;
