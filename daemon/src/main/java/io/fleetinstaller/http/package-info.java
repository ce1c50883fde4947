/**
 * Talks to servers: one request at a time, as it was asked for, with proxies, certificates, time
 * limits and a floor under the rate. Knows what a failure of the network means, and nothing of what
 * is fetched; redirects and log-ins are for whoever asks to decide.
 */
@NullMarked
package io.fleetinstaller.http;

import org.jspecify.annotations.NullMarked;
