package io.fleetinstaller.release;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A SHA-256 content digest in OCI notation, {@code sha256:<64 hex digits>}. */
public record Digest(String hex) {
  private static final String PREFIX = "sha256:";
  private static final Pattern LEGAL = Pattern.compile("[0-9a-f]{64}");

  public Digest {
    if (!LEGAL.matcher(hex).matches()) {
      throw new IllegalArgumentException("'%s' is not 64 lower-case hex digits".formatted(hex));
    }
  }

  /** Reads {@code sha256:…}; any other form is an {@link IllegalArgumentException} that says so. */
  public static Digest parse(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "'%s' is not a digest; it must be sha256: and 64 lower-case hex digits".formatted(text));
    }
    return new Digest(text.substring(PREFIX.length()));
  }

  /** The digest of these bytes. */
  public static Digest of(byte[] bytes) {
    return of(algorithm().digest(bytes), 0);
  }

  /** The digest that a finished {@link MessageDigest} holds; resets it. */
  public static Digest of(MessageDigest finished) {
    return of(finished.digest(), 0);
  }

  /** A fresh SHA-256, for whoever digests a stream. */
  public static MessageDigest algorithm() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static Digest of(byte[] raw, int from) {
    return new Digest(HexFormat.of().formatHex(raw, from, raw.length));
  }

  /** The first twelve hex digits: enough for people and for slot names. */
  public String shortHex() {
    return hex.substring(0, 12);
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
