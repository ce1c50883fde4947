package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import io.fleetinstaller.release.Digest;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A public key that may sign metadata. Two of them are equal if they are the same key, whatever
 * names they were published under and in whatever form.
 */
public record Key(Scheme scheme, PublicKey key) {
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN PUBLIC KEY-----\\s([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");
  private static final int LEAST_RSA_BITS = 2048;
  private static final int MOST_RSA_BITS = 8192;
  private static final ECParameterSpec P256 = p256();

  /** What the specification names; nothing else is ever used. */
  public enum Scheme {
    ED25519,
    ECDSA_SHA2_NISTP256,
    RSASSA_PSS_SHA256
  }

  /**
   * The key that a published key object describes; empty if its type, scheme or form is none of
   * ours. Such a key is no error: it just never counts.
   */
  public static Optional<Key> parse(Tree.Members published) {
    if (!(published.members().get("keytype") instanceof Tree.Text(String type))
        || !(published.members().get("scheme") instanceof Tree.Text(String scheme))
        || !(published.members().get("keyval") instanceof Tree.Members(var keyval))
        || !(keyval.get("public") instanceof Tree.Text(String text))) {
      return Optional.empty();
    }
    try {
      return switch (type + " " + scheme) {
        case "ed25519 ed25519" -> Optional.of(ed25519(text));
        case "ecdsa ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256 ecdsa-sha2-nistp256" ->
            Optional.of(ecdsa(text));
        case "rsa rsassa-pss-sha256" -> Optional.of(rsa(text));
        default -> Optional.empty();
      };
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The id that the specification gives a published key object. */
  public static String id(Tree.Members published) {
    return Digest.of(CanonicalJson.encode(published)).hex();
  }

  /** Tells this key from every other: the SHA-256 of its SubjectPublicKeyInfo, in hex. */
  public String identity() {
    return Digest.of(key.getEncoded()).hex();
  }

  /**
   * Whether this key made this signature of these bytes; a signature in a wrong form it did not.
   */
  public boolean verifies(byte[] signature, byte[] bytes) {
    try {
      Signature verifier = verifier();
      verifier.initVerify(key);
      verifier.update(bytes);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private Signature verifier() throws GeneralSecurityException {
    return switch (scheme) {
      case ED25519 -> Signature.getInstance("Ed25519");
      case ECDSA_SHA2_NISTP256 -> Signature.getInstance("SHA256withECDSA");
      case RSASSA_PSS_SHA256 -> {
        Signature pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        yield pss;
      }
    };
  }

  private static Key ed25519(String hex) throws GeneralSecurityException {
    byte[] raw = HexFormat.of().parseHex(hex);
    if (raw.length != 32) {
      throw new InvalidKeySpecException("an ed25519 key has 32 bytes");
    }
    byte[] encoded = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + raw.length);
    System.arraycopy(raw, 0, encoded, ED25519_PREFIX.length, raw.length);
    return new Key(
        Scheme.ED25519,
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
  }

  /** From PEM, or from the hex digits of the uncompressed point. */
  private static Key ecdsa(String text) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("EC");
    ECPoint point;
    if (text.startsWith("-")) {
      ECPublicKey read = (ECPublicKey) factory.generatePublic(pem(text));
      if (!read.getParams().getCurve().equals(P256.getCurve())) {
        throw new InvalidKeySpecException("another curve");
      }
      point = read.getW();
    } else {
      point = point(HexFormat.of().parseHex(text));
    }
    // Made anew, so that one key has one encoding.
    return new Key(
        Scheme.ECDSA_SHA2_NISTP256, factory.generatePublic(new ECPublicKeySpec(point, P256)));
  }

  private static ECPoint point(byte[] raw) throws InvalidKeySpecException {
    if (raw.length != 65 || raw[0] != 4) {
      throw new InvalidKeySpecException("not an uncompressed point of P-256");
    }
    return new ECPoint(new BigInteger(1, raw, 1, 32), new BigInteger(1, raw, 33, 32));
  }

  private static Key rsa(String text) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("RSA");
    RSAPublicKey read = (RSAPublicKey) factory.generatePublic(pem(text));
    int bits = read.getModulus().bitLength();
    if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
      throw new InvalidKeySpecException("an RSA key of %d bits".formatted(bits));
    }
    return new Key(
        Scheme.RSASSA_PSS_SHA256,
        factory.generatePublic(new RSAPublicKeySpec(read.getModulus(), read.getPublicExponent())));
  }

  private static X509EncodedKeySpec pem(String text) throws InvalidKeySpecException {
    Matcher pem = PEM.matcher(text);
    if (!pem.matches()) {
      throw new InvalidKeySpecException("not a public key in PEM");
    }
    return new X509EncodedKeySpec(Base64.getDecoder().decode(pem.group(1).replaceAll("\\s", "")));
  }

  private static ECParameterSpec p256() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has P-256", e);
    }
  }
}
