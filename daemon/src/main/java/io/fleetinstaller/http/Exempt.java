package io.fleetinstaller.http;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * One entry of a no-proxy list: {@code *}, a host, a domain, an address, a network, with a port.
 */
record Exempt(String entry) {

  Exempt {
    entry = entry.strip().toLowerCase(Locale.ROOT);
  }

  boolean covers(URI target) {
    String host = target.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    if (entry.equals("*") || entry.equals(host)) {
      return true;
    }
    if (entry.equals(host + ":" + port(target))) {
      return true;
    }
    String domain = entry.startsWith("*.") ? entry.substring(1) : entry;
    return host.endsWith(domain.startsWith(".") ? domain : "." + domain)
        || domain.equals("." + host)
        || inNetwork(host);
  }

  private static int port(URI target) {
    if (target.getPort() >= 0) {
      return target.getPort();
    }
    return "https".equals(target.getScheme()) ? 443 : 80;
  }

  private boolean inNetwork(String host) {
    int slash = entry.indexOf('/');
    if (slash < 0 || !entry.substring(slash + 1).matches("[0-9]{1,3}")) {
      return false;
    }
    Optional<byte[]> network = address(entry.substring(0, slash));
    Optional<byte[]> address = address(host);
    int prefix = Integer.parseInt(entry.substring(slash + 1));
    return network.isPresent()
        && address.isPresent()
        && network.get().length == address.get().length
        && prefix <= network.get().length * 8
        && front(network.get(), prefix).equals(front(address.get(), prefix));
  }

  private static BigInteger front(byte[] address, int prefix) {
    return new BigInteger(1, address).shiftRight(address.length * 8 - prefix);
  }

  // Literals only: a name is never looked up for this.
  private static Optional<byte[]> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text).getAddress());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
