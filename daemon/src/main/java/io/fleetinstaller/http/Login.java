package io.fleetinstaller.http;

/** A name and the word that proves it. */
record Login(String user, String password) {

  // Never in a log.
  @Override
  public String toString() {
    return "Login[" + user + "]";
  }
}
