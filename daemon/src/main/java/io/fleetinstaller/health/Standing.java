package io.fleetinstaller.health;

import java.time.Duration;

/**
 * How a trial stands, for whoever looks on.
 *
 * @param watched since the gate began to look
 * @param limit when it ends at the latest; grows while the environment hides the answer
 * @param well without a break
 * @param wanted how long it must be well to be confirmed
 * @param now what was seen last, in a few words
 */
public record Standing(
    Duration watched, Duration limit, Duration well, Duration wanted, String now) {}
