package io.fleetinstaller.registry;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Wait;

/** Is told what a download costs, where it happens. Called from any thread. */
public interface Traffic {
  /** Nobody wants to know. */
  Traffic UNNOTED = new Traffic() {};

  /** One more request went out, whatever came of it. */
  default void request() {}

  /** So many bytes came, of use or not. */
  default void came(long bytes) {}

  /** So many bytes of a blob were handed on. */
  default void delivered(long bytes) {}

  /** Whether anything came yet. */
  default boolean worked() {
    return false;
  }

  /** Nothing comes until somebody is asked again. */
  default void waits(Wait wait) {}

  /** Something came, or it was given up. */
  default void goesOn(Wait wait) {}

  /** Asked before more is read: the fault ends the download. */
  default void mayGoOn() throws Fault, InterruptedException {}

  /** It sent a part of a blob, which nothing proves but what it is used for. */
  default void unproven(Sender sender) {}
}
