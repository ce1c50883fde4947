package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The half of a key that everybody may see. */
public record PublicPart(Scheme scheme, PublicKey key) {
  private static final int RAW_ED25519 = 32;

  /** Reads PEM. */
  static PublicPart pem(String source, byte[] bytes) throws Refused {
    PublicKey key = Pem.publicKey(source, bytes);
    return new PublicPart(Scheme.of(source, key), key);
  }

  /** Reads a key as metadata publish it. */
  static PublicPart published(Document document) throws Refused {
    Scheme scheme = document.value("keytype", Scheme::parse);
    if (!document.text("scheme").equals(scheme.scheme())) {
      throw document.refuse("scheme", "it must be " + scheme.scheme());
    }
    Document value = document.object("keyval");
    String text = value.text("public");
    value.done();
    document.done();
    if (scheme != Scheme.ED25519) {
      return pem("a published key", text.getBytes(StandardCharsets.UTF_8));
    }
    try {
      return new PublicPart(scheme, Pem.ed25519(HexFormat.of().parseHex(text)));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw value.refuse("public", "it is not a key of ed25519");
    }
  }

  /** The key as metadata publish it. */
  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("keytype", scheme.keytype());
    tree.put("keyval", Map.of("public", text()));
    tree.put("scheme", scheme.scheme());
    return tree;
  }

  private String text() {
    byte[] encoded = key.getEncoded();
    return scheme == Scheme.ED25519
        ? HexFormat.of()
            .formatHex(Arrays.copyOfRange(encoded, encoded.length - RAW_ED25519, encoded.length))
        : pem();
  }

  String pem() {
    return Pem.text("PUBLIC KEY", key.getEncoded());
  }

  /** The name of the key in metadata: the digest of its canonical form. */
  public String id() {
    return Digest.of(Canonical.bytes(tree())).hex();
  }

  boolean verifies(byte[] payload, byte[] bytes) {
    try {
      Signature signature = scheme.signature(new SigningKey.Memory());
      signature.initVerify(key);
      signature.update(payload);
      return signature.verify(bytes);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }
}
