package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who logs in where, as docker's config.json says: {@code credHelpers}, {@code credsStore}, then
 * {@code auths}. The file is read each time, so that a new password counts at once.
 */
final class Accounts {
  private static final int LARGEST = 1 << 20;

  private final @Nullable Path file;
  private final CredentialHelpers helpers;

  /** Null: nobody logs in. */
  Accounts(@Nullable Path file, CredentialHelpers helpers) {
    this.file = file;
    this.helpers = helpers;
  }

  Optional<Account> of(Address.Remote remote) throws Failure, InterruptedException {
    if (file == null) {
      return Optional.empty();
    }
    try {
      Document config = Document.json(file.toString(), read(file));
      Optional<String> helper = helper(config, remote);
      if (helper.isPresent()) {
        Optional<Account> account = helpers.get(helper.get(), server(remote));
        if (account.isPresent()) {
          return account;
        }
      }
      return inFile(config, remote);
    } catch (Refused refused) {
      throw Failure.lasting(ReasonCode.AUTH_FAILED, refused.reason().sentence());
    }
  }

  private static byte[] read(Path file) throws Failure {
    try (InputStream bytes = Files.newInputStream(file)) {
      return bytes.readNBytes(LARGEST + 1);
    } catch (IOException e) {
      throw Failure.lasting(
          ReasonCode.AUTH_FAILED,
          "registry.authFile %s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()));
    }
  }

  private static Optional<String> helper(Document config, Address.Remote remote) throws Refused {
    Map<String, String> byHost = config.textMap("credHelpers");
    Optional<String> own =
        byHost.keySet().stream()
            .filter(key -> bare(key).equals(host(remote)))
            .findFirst()
            .map(byHost::get);
    return own.isPresent() ? own : config.optionalText("credsStore");
  }

  // The longest key that is the host or a path on it wins, as podman and skopeo have it.
  private static Optional<Account> inFile(Document config, Address.Remote remote) throws Refused {
    Optional<Document> auths = config.optionalObject("auths");
    if (auths.isEmpty()) {
      return Optional.empty();
    }
    String wanted = host(remote) + "/" + remote.repository() + "/";
    Optional<String> key =
        auths.get().keys().stream()
            .filter(each -> wanted.startsWith(bare(each) + "/"))
            .max(Comparator.comparingInt(each -> bare(each).length()));
    return key.isPresent() ? account(auths.get().object(key.get())) : Optional.empty();
  }

  private static Optional<Account> account(Document auth) throws Refused {
    String identityToken = auth.optionalText("identitytoken").orElse("");
    String user = auth.optionalText("username").orElse("");
    String password = auth.optionalText("password").orElse("");
    String pair = auth.optionalValue("auth", Accounts::decoded).orElse("");
    int colon = pair.indexOf(':');
    if (colon > 0) {
      user = pair.substring(0, colon);
      password = pair.substring(colon + 1).replaceFirst("\0+$", "");
    }
    return user.isEmpty() && identityToken.isEmpty()
        ? Optional.empty()
        : Optional.of(new Account(user, password, identityToken));
  }

  private static String decoded(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      // Its own message would quote the secret.
      throw new IllegalArgumentException("it is not base64 of user:password");
    }
  }

  private static String bare(String key) {
    return key.replaceFirst("^https?://", "").replaceFirst("/+$", "").replaceFirst("/v[12]$", "");
  }

  private static String host(Address.Remote remote) {
    String authority = remote.registry().getAuthority();
    return authority.equals("registry-1.docker.io") ? "index.docker.io" : authority;
  }

  private static String server(Address.Remote remote) {
    String host = host(remote);
    return host.equals("index.docker.io") ? "https://index.docker.io/v1/" : host;
  }
}
