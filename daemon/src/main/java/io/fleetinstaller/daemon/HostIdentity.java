package io.fleetinstaller.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name by which waves and reports tell this host from others: the setting, else a hash of what
 * the machine and its operating system call themselves.
 */
record HostIdentity(String worked) {
  private static final Path MACHINE = Path.of("/etc/machine-id");
  private static final Path PRODUCT = Path.of("/sys/class/dmi/id/product_uuid");

  static HostIdentity ofThisMachine() {
    return new HostIdentity(sha256(text(MACHINE) + "\n" + text(PRODUCT)));
  }

  String of(Settings.Selection selection) {
    String set = selection.id();
    return set == null ? worked : set;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException _) {
      return "";
    }
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
