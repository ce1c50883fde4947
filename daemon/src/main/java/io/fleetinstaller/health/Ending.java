package io.fleetinstaller.health;

import io.fleetinstaller.release.ReasonCode;

/** How a trial ended, before its evidence is put to it. */
sealed interface Ending {

  record Confirmed() implements Ending {}

  record Condemned(ReasonCode code, String why) implements Ending {}
}
