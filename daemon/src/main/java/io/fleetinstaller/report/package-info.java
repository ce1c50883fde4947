/**
 * What the daemon tells about itself: status, plan, history and check-up as versioned JSON
 * documents. A document is a fold over journals, links and policy, a check-up also over what the
 * disk shows; it decides nothing about packages, changes nothing, and knows neither sockets nor
 * screens.
 */
@NullMarked
package io.fleetinstaller.report;

import org.jspecify.annotations.NullMarked;
