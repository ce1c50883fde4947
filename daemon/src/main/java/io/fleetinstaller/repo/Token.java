package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A key that never leaves its token, used through PKCS#11.
 *
 * @param configuration of the JDK's SunPKCS11: name, library and slot
 * @param alias the label that key and certificate have on the token
 */
public record Token(Path configuration, String alias) {

  static Token read(String source, byte[] bytes) throws Refused {
    Document document = Document.json(source, bytes);
    document.number("formatVersion", 1, 1);
    Token token = new Token(document.value("configuration", Path::of), document.text("alias"));
    document.done();
    return token;
  }

  byte[] bytes() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", 1);
    tree.put("configuration", configuration.toAbsolutePath());
    tree.put("alias", alias);
    return Json.bytes(tree);
  }

  /** Logs in with the PIN and finds the key. */
  SigningKey open(String name, Passphrases pins) throws Fault {
    Provider provider = provider(name);
    for (int attempt = 0; ; attempt++) {
      Optional<String> pin = pins.of(name, attempt);
      if (pin.isEmpty()) {
        throw new Refused(
            ReasonCode.AUTH_FAILED,
            "cannot open token key %s: %s"
                .formatted(name, attempt == 0 ? "nobody gave its PIN" : "wrong PIN"));
      }
      Optional<SigningKey> key = open(name, provider, pin.get());
      if (key.isPresent()) {
        return key.get();
      }
    }
  }

  private Provider provider(String name) throws Refused {
    Provider known = Security.getProvider("SunPKCS11");
    if (known == null || !Files.isReadable(configuration)) {
      throw refuse(
          name,
          known == null
              ? "this Java runtime has no PKCS#11; use one with the module jdk.crypto.cryptoki"
              : configuration + " cannot be read; it names the token's library and slot");
    }
    try {
      return known.configure(configuration.toString());
    } catch (InvalidParameterException | ProviderException e) {
      throw refuse(name, "the token does not answer: " + words(e));
    }
  }

  private Optional<SigningKey> open(String name, Provider provider, String pin) throws Fault {
    try {
      KeyStore store = KeyStore.getInstance("PKCS11", provider);
      store.load(null, pin.toCharArray());
      Certificate certificate = store.getCertificate(alias);
      if (!(store.getKey(alias, null) instanceof PrivateKey key) || certificate == null) {
        throw refuse(name, "the token has no key with a certificate under '%s'".formatted(alias));
      }
      PublicPart part =
          new PublicPart(
              Scheme.of("key " + name, certificate.getPublicKey()), certificate.getPublicKey());
      return Optional.of(new SigningKey(name, part, key, new SigningKey.Token(provider)));
    } catch (IOException e) {
      if (e.getCause() instanceof UnrecoverableKeyException) {
        return Optional.empty();
      }
      throw refuse(name, "the token does not answer: " + words(e));
    } catch (GeneralSecurityException e) {
      throw refuse(name, "the token does not answer: " + words(e));
    }
  }

  private static String words(Exception e) {
    return Optional.ofNullable(e.getCause()).map(Throwable::toString).orElse(e.toString());
  }

  private static Refused refuse(String name, String why) {
    return new Refused(ReasonCode.BAD_REQUEST, "cannot use token key %s: %s".formatted(name, why));
  }
}
