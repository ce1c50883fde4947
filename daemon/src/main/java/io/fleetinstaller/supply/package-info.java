/**
 * How the bytes of a release reach a slot: the cheapest of a published delta, the parts of its
 * layers that no slot has, and the whole layers. Whichever way it is, the slot that comes out is
 * what the table of contents says.
 */
@NullMarked
package io.fleetinstaller.supply;

import org.jspecify.annotations.NullMarked;
