/**
 * Everything that somebody far away needs to see what is wrong with a host, in one archive without
 * secrets. It only reads, and knows no daemon: what one has to say is asked of its socket.
 */
@NullMarked
package io.fleetinstaller.diagnose;

import org.jspecify.annotations.NullMarked;
