package io.fleetinstaller.release;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A SHA-256 content digest in OCI notation, {@code sha256:<64 hex digits>}. Kept as numbers: tables
 * hold tens of thousands of them.
 */
public final class Digest {
  private static final String PREFIX = "sha256:";
  private static final Pattern LEGAL = Pattern.compile("[0-9a-f]{64}");

  private final long first;
  private final long second;
  private final long third;
  private final long fourth;

  /**
   * The one of 64 hex digits; anything else is an {@link IllegalArgumentException} that says so.
   */
  public Digest(String hex) {
    this(ByteBuffer.wrap(raw(hex)));
  }

  private Digest(ByteBuffer raw) {
    this.first = raw.getLong();
    this.second = raw.getLong();
    this.third = raw.getLong();
    this.fourth = raw.getLong();
  }

  private static byte[] raw(String hex) {
    if (!LEGAL.matcher(hex).matches()) {
      throw new IllegalArgumentException("'%s' is not 64 lower-case hex digits".formatted(hex));
    }
    return HexFormat.of().parseHex(hex);
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
    return new Digest(ByteBuffer.wrap(algorithm().digest(bytes)));
  }

  /** The digest that a finished {@link MessageDigest} holds; resets it. */
  public static Digest of(MessageDigest finished) {
    return new Digest(ByteBuffer.wrap(finished.digest()));
  }

  /** A fresh SHA-256, for whoever digests a stream. */
  public static MessageDigest algorithm() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Its 64 hex digits. */
  public String hex() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(first)
        + hex.toHexDigits(second)
        + hex.toHexDigits(third)
        + hex.toHexDigits(fourth);
  }

  /** The first twelve hex digits: enough for people and for slot names. */
  public String shortHex() {
    return hex().substring(0, 12);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest digest
        && first == digest.first
        && second == digest.second
        && third == digest.third
        && fourth == digest.fourth;
  }

  @Override
  public int hashCode() {
    // Any part of it is as good as all of it.
    return Long.hashCode(first);
  }

  @Override
  public String toString() {
    return PREFIX + hex();
  }
}
