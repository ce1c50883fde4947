/**
 * The local API: HTTP/1.1 and JSON on a Unix-domain socket, both ends of it. A small server of our
 * own, because no well-kept one that listens there fits the idle budget. It bounds every request in
 * size and time, asks the kernel who is calling, and hands on to {@link
 * io.fleetinstaller.api.Operations}; it knows nothing of how these are done.
 */
@NullMarked
package io.fleetinstaller.api;

import org.jspecify.annotations.NullMarked;
