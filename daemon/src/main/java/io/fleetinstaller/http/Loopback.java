package io.fleetinstaller.http;

/** The names of this very host, to which plain http is as safe as anything. */
public final class Loopback {

  private Loopback() {}

  /** True if this host's name in an address is one of them; no name is looked up. */
  public static boolean names(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("[::1]")
        || host.matches("127\\.[0-9]+\\.[0-9]+\\.[0-9]+");
  }
}
