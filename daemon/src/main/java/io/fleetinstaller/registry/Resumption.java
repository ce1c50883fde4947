package io.fleetinstaller.registry;

/**
 * Where a download goes on.
 *
 * @param from bytes that are already here
 * @param validator what the same repository called its copy before; empty: nothing is known
 */
record Resumption(long from, String validator) {
  static final Resumption START = new Resumption(0, "");
}
