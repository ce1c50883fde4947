package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A key pair that signs metadata, and how it is published. */
public record TestKey(KeyPair pair, Tree.Members published) {

  public static TestKey ed25519() {
    KeyPair pair = generate("Ed25519", 0);
    return new TestKey(pair, published("ed25519", "ed25519", rawEd25519(pair)));
  }

  static TestKey ecdsa() {
    KeyPair pair = generate("EC", 0);
    return new TestKey(pair, published("ecdsa", "ecdsa-sha2-nistp256", pem(pair)));
  }

  public static TestKey rsa(int bits) {
    KeyPair pair = generate("RSA", bits);
    return new TestKey(pair, published("rsa", "rsassa-pss-sha256", pem(pair)));
  }

  /** The same key, published in another way. */
  TestKey as(String type, String scheme, String text) {
    return new TestKey(pair, published(type, scheme, text));
  }

  public String id() {
    return Key.id(published);
  }

  public byte[] sign(byte[] bytes) {
    try {
      Signature signer =
          switch (pair.getPrivate().getAlgorithm()) {
            case "EC" -> Signature.getInstance("SHA256withECDSA");
            case "RSA" -> pss();
            default -> Signature.getInstance("Ed25519");
          };
      signer.initSign(pair.getPrivate());
      signer.update(bytes);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String rawEd25519(KeyPair pair) {
    byte[] encoded = pair.getPublic().getEncoded();
    return HexFormat.of()
        .formatHex(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
  }

  static String pem(KeyPair pair) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  static Tree.Members published(String type, String scheme, String text) {
    return Trees.object("keytype", type, "scheme", scheme, "keyval", Trees.object("public", text));
  }

  private static Signature pss() throws GeneralSecurityException {
    Signature pss = Signature.getInstance("RSASSA-PSS");
    pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    return pss;
  }

  private static KeyPair generate(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else if (bits > 0) {
        generator.initialize(bits);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
