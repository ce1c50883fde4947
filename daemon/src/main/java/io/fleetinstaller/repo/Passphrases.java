package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import java.util.Optional;

/** Who knows the passphrases of keys and the PINs of tokens. */
public interface Passphrases {

  /**
   * The passphrase of this key.
   *
   * @param attempt 0 at first; more when the last answer was wrong
   * @return empty when there is nobody left to ask
   */
  Optional<String> of(String key, int attempt) throws Fault;

  /** The passphrase for a key that is being made; asked for twice where a person types. */
  String fresh(String key) throws Fault;
}
