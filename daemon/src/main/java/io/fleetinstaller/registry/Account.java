package io.fleetinstaller.registry;

/**
 * Who logs in.
 *
 * @param identityToken stands for user and password where it is not empty
 */
record Account(String user, String password, String identityToken) {

  // Never in a log.
  @Override
  public String toString() {
    return "Account[" + user + "]";
  }
}
