package io.fleetinstaller.cli;

import io.fleetinstaller.io.Time;

/** What every verb is made with. */
record Session(Product product, Terminal terminal, Time time) {}
