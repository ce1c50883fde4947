package io.fleetinstaller.release;

/** An operating system and architecture in OCI's (Go's) words, e.g. {@code linux/amd64}. */
public record Platform(String os, String architecture) {

  /** The platform of the running JVM. */
  public static Platform ofThisHost() {
    String os = System.getProperty("os.name").startsWith("Windows") ? "windows" : "linux";
    String architecture =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          case String other -> other;
        };
    return new Platform(os, architecture);
  }

  @Override
  public String toString() {
    return os + "/" + architecture;
  }
}
