package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys as text. */
final class Pem {
  static final int ED25519_SPKI = 44;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final List<String> ALGORITHMS = List.of("Ed25519", "EC", "RSA");
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  /** One block: what it says it is, and its bytes. */
  // An array on purpose: these bytes are read once, never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Block(String label, byte[] der) {}

  static String text(String label, byte[] der) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(label, LINES.encodeToString(der), label)
        .replace("\r", "");
  }

  static Block block(String source, byte[] bytes) throws Refused {
    Matcher matcher = BLOCK.matcher(new String(bytes, StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw refuse(source, "it is not a key in PEM");
    }
    try {
      return new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2)));
    } catch (IllegalArgumentException e) {
      throw refuse(source, "its base64 is broken");
    }
  }

  static PublicKey publicKey(String source, byte[] bytes) throws Refused {
    Block block = block(source, bytes);
    if (!block.label().equals("PUBLIC KEY")) {
      throw refuse(
          source,
          "it holds a %s, wanted is the public half; make it with: openssl pkey -in FILE -pubout"
              .formatted(block.label()));
    }
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm)
            .generatePublic(new X509EncodedKeySpec(block.der()));
      } catch (GeneralSecurityException _) {
        // another kind of key; the next may fit
      }
    }
    throw refuse(source, "it is no key of type ed25519, ECDSA or RSA");
  }

  static PrivateKey privateKey(String source, PKCS8EncodedKeySpec spec) throws Refused {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException _) {
        // another kind of key; the next may fit
      }
    }
    throw refuse(source, "it is no private key of type ed25519, ECDSA or RSA");
  }

  /** The key of these 32 bytes. */
  static PublicKey ed25519(byte[] raw) throws GeneralSecurityException {
    if (raw.length != ED25519_SPKI - ED25519_PREFIX.length) {
      throw new IllegalArgumentException("it does not have 32 bytes");
    }
    byte[] spki = new byte[ED25519_SPKI];
    System.arraycopy(ED25519_PREFIX, 0, spki, 0, ED25519_PREFIX.length);
    System.arraycopy(raw, 0, spki, ED25519_PREFIX.length, raw.length);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
  }

  /** The public half of an RSA key; of the others the JDK cannot work it out. */
  static Optional<PublicKey> publicHalf(PrivateKey key) {
    if (!(key instanceof java.security.interfaces.RSAPrivateCrtKey rsa)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          KeyFactory.getInstance("RSA")
              .generatePublic(
                  new java.security.spec.RSAPublicKeySpec(
                      rsa.getModulus(), rsa.getPublicExponent())));
    } catch (GeneralSecurityException _) {
      return Optional.empty();
    }
  }

  static Refused refuse(String source, String why) {
    return new Refused(ReasonCode.BAD_REQUEST, "cannot use %s: %s".formatted(source, why));
  }
}
