package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a key signs, in the words of TUF and of the JDK. */
public enum Scheme {
  ED25519("ed25519", "ed25519", "Ed25519"),
  ECDSA("ecdsa", "ecdsa-sha2-nistp256", "EC"),
  RSA("rsa", "rsassa-pss-sha256", "RSA");

  private static final int SMALLEST_RSA = 2048;
  private static final int FRESH_RSA = 3072;
  private static final int P256 = 256;
  private static final PSSParameterSpec PSS =
      new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

  private final String keytype;
  private final String scheme;
  private final String algorithm;

  Scheme(String keytype, String scheme, String algorithm) {
    this.keytype = keytype;
    this.scheme = scheme;
    this.algorithm = algorithm;
  }

  /** Reads ed25519, ecdsa or rsa; an {@link IllegalArgumentException} names what there is. */
  public static Scheme parse(String text) {
    return Arrays.stream(values())
        .filter(scheme -> scheme.keytype.equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'%s' is no type of key; there are %s"
                    .formatted(
                        text,
                        Arrays.stream(values())
                            .map(Scheme::keytype)
                            .collect(Collectors.joining(", ")))));
  }

  /** The scheme of this key; refuses what TUF clients do not all know. */
  static Scheme of(String source, PublicKey key) throws Refused {
    return switch (key) {
      case RSAPublicKey rsa when rsa.getModulus().bitLength() >= SMALLEST_RSA -> RSA;
      case ECPublicKey ec when ec.getParams().getOrder().bitLength() == P256 -> ECDSA;
      case PublicKey other when other.getEncoded().length == Pem.ED25519_SPKI -> ED25519;
      case PublicKey other ->
          throw new Refused(
              ReasonCode.BAD_REQUEST,
              "cannot use %s: it is a key of type %s; use ed25519, ECDSA on P-256, or RSA of at least %d bits"
                  .formatted(source, other.getAlgorithm(), SMALLEST_RSA));
    };
  }

  String keytype() {
    return keytype;
  }

  String scheme() {
    return scheme;
  }

  private AlgorithmParameterSpec fresh() {
    return switch (this) {
      case ED25519 -> NamedParameterSpec.ED25519;
      case ECDSA -> new ECGenParameterSpec("secp256r1");
      case RSA -> new RSAKeyGenParameterSpec(FRESH_RSA, RSAKeyGenParameterSpec.F4);
    };
  }

  KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(fresh());
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("every Java runtime makes keys of type " + keytype, e);
    }
  }

  /** A signature object of this scheme, of the provider that holds the key if it is a token. */
  Signature signature(SigningKey.Place place) throws GeneralSecurityException {
    String name =
        switch (this) {
          case ED25519 -> "Ed25519";
          case ECDSA -> "SHA256withECDSA";
          case RSA -> "RSASSA-PSS";
        };
    Signature signature =
        switch (place) {
          case SigningKey.Memory _ -> Signature.getInstance(name);
          case SigningKey.Token token -> Signature.getInstance(name, token.provider());
        };
    if (this == RSA) {
      signature.setParameter(PSS);
    }
    return signature;
  }

  /** What a person types to sign a file with openssl. */
  String openssl() {
    return switch (this) {
      case ED25519 -> "openssl pkeyutl -sign -rawin -inkey KEY.pem -in %s -out SIGNATURE";
      case ECDSA -> "openssl dgst -sha256 -sign KEY.pem -out SIGNATURE %s";
      case RSA ->
          "openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32"
              + " -sign KEY.pem -out SIGNATURE %s";
    };
  }
}
