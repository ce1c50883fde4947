package io.fleetinstaller.api;

/**
 * Who is at the other end of a connection, as the kernel says.
 *
 * @param user a name, or a number that has none
 */
record Caller(String user, Access access) {

  /** What they may do. */
  enum Access {
    ALL,
    /** Status, plan and history, without evidence. */
    READ,
    NONE
  }
}
