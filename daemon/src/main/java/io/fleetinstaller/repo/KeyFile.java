package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;

/** Private keys as PKCS#8 in PEM, under a passphrase (PBES2) or bare; openssl reads them too. */
record KeyFile(int rounds) {
  /** What OWASP asks for with HMAC-SHA-512. */
  static final KeyFile STRONG = new KeyFile(210_000);

  private static final String PBES2 = "PBEWithHmacSHA512AndAES_256";
  private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
  private static final String BARE = "PRIVATE KEY";
  private static final int SALT = 16;

  byte[] text(PrivateKey key, Optional<String> passphrase) {
    String pem =
        passphrase.isEmpty()
            ? Pem.text(BARE, key.getEncoded())
            : Pem.text(ENCRYPTED, encrypted(key.getEncoded(), passphrase.get()));
    return pem.getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] encrypted(byte[] der, String passphrase) {
    try {
      // The JDK makes salts for keys as well as for passphrases.
      byte[] salt = Arrays.copyOf(KeyGenerator.getInstance("AES").generateKey().getEncoded(), SALT);
      Cipher cipher = Cipher.getInstance(PBES2);
      cipher.init(
          Cipher.ENCRYPT_MODE, secret(PBES2, passphrase), new PBEParameterSpec(salt, rounds));
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("PBES2");
      parameters.init(cipher.getParameters().getEncoded());
      return new EncryptedPrivateKeyInfo(parameters, cipher.doFinal(der)).getEncoded();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every Java runtime encrypts with " + PBES2, e);
    }
  }

  private static SecretKey secret(String algorithm, String passphrase)
      throws GeneralSecurityException {
    PBEKeySpec spec = new PBEKeySpec(passphrase.toCharArray());
    try {
      return SecretKeyFactory.getInstance(algorithm).generateSecret(spec);
    } finally {
      spec.clearPassword();
    }
  }

  static PrivateKey read(String name, byte[] bytes, Passphrases passphrases) throws Fault {
    Pem.Block block = Pem.block("key " + name, bytes);
    return switch (block.label()) {
      case BARE -> Pem.privateKey("key " + name, new PKCS8EncodedKeySpec(block.der()));
      case ENCRYPTED -> opened(name, block.der(), passphrases);
      case String other ->
          throw Pem.refuse(
              "key " + name,
              "it holds a %s; turn it into PKCS#8 with: openssl pkcs8 -topk8 -in FILE"
                  .formatted(other));
    };
  }

  private static PrivateKey opened(String name, byte[] der, Passphrases passphrases) throws Fault {
    for (int attempt = 0; ; attempt++) {
      Optional<String> passphrase = passphrases.of(name, attempt);
      if (passphrase.isEmpty()) {
        throw new Refused(
            ReasonCode.AUTH_FAILED,
            "cannot open key %s: %s"
                .formatted(name, attempt == 0 ? "nobody gave its passphrase" : "wrong passphrase"));
      }
      Optional<PKCS8EncodedKeySpec> spec = decrypted(name, der, passphrase.get());
      if (spec.isPresent()) {
        return Pem.privateKey("key " + name, spec.get());
      }
    }
  }

  private static Optional<PKCS8EncodedKeySpec> decrypted(String name, byte[] der, String passphrase)
      throws Refused {
    EncryptedPrivateKeyInfo info;
    try {
      info = new EncryptedPrivateKeyInfo(der);
    } catch (IOException e) {
      throw Pem.refuse("key " + name, "its PKCS#8 is broken: " + e.getMessage());
    }
    try {
      String algorithm = info.getAlgParameters().toString();
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(Cipher.DECRYPT_MODE, secret(algorithm, passphrase), info.getAlgParameters());
      return Optional.of(info.getKeySpec(cipher));
    } catch (GeneralSecurityException _) {
      return Optional.empty();
    }
  }
}
