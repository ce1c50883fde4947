package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The keys of one folder, and those that somebody brings. Each is opened once, when it must sign.
 * Not thread-safe.
 */
final class Keyring {
  private static final String PUBLIC = ".pub";
  private static final String SECRET = ".pem";
  private static final String BARE = "BEGIN PRIVATE KEY";
  private static final String TOKEN = ".token";
  private static final int SHORT = 12;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private final Folder folder;
  private final Holder holder;
  private final KeyFile format;
  private final Map<String, SigningKey> open = new HashMap<>();

  Keyring(Folder folder, Holder holder, KeyFile format) {
    this.folder = folder;
    this.holder = holder;
    this.format = format;
  }

  /** All public halves, by name; where a name is there twice, the one that was brought. */
  Map<String, PublicPart> all() throws Fault {
    Map<String, PublicPart> all = new LinkedHashMap<>();
    for (Map.Entry<String, Folder> each : places().entrySet()) {
      all.put(each.getKey(), part(each.getKey(), each.getValue()));
    }
    return all;
  }

  private Map<String, Folder> places() throws Fault {
    Map<String, Folder> places = new LinkedHashMap<>();
    for (String file : folder.names()) {
      if (file.endsWith(PUBLIC)) {
        places.put(stem(file), folder);
      }
    }
    for (Path key : holder.keys()) {
      places.put(stem(String.valueOf(key.getFileName())), Folder.of(folder.disk(), key));
    }
    return places;
  }

  private static String stem(String file) {
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }

  private static PublicPart part(String name, Folder place) throws Fault {
    byte[] bytes =
        place
            .read(name + PUBLIC)
            .orElseThrow(() ->
                Pem.refuse(
                    "key " + name,
                    "there is no %s beside it; make it with: openssl pkey -in FILE -pubout"
                        .formatted(name + PUBLIC)));
    return PublicPart.pem("key " + name, bytes);
  }

  Optional<PublicPart> find(String name) throws Fault {
    return Optional.ofNullable(all().get(name));
  }

  /** The key that a person means: a name that is known here, or a file with a public half. */
  PublicPart named(String text) throws Fault {
    Optional<PublicPart> known = find(text);
    if (known.isPresent()) {
      return known.get();
    }
    Path file = Path.of(text);
    if (!Files.isRegularFile(file)) {
      throw new Refused(
          ReasonCode.NOT_FOUND,
          "cannot find key %s: it is neither one of %s nor a file".formatted(text, all().keySet()));
    }
    String name = String.valueOf(file.getFileName());
    byte[] bytes = Folder.of(folder.disk(), file).read(name).orElse(new byte[0]);
    PublicPart part = PublicPart.pem(text, bytes);
    know(stem(name), part);
    return part;
  }

  // So that it has a name wherever it is spoken of.
  private void know(String name, PublicPart part) throws Fault {
    boolean free = NAME.matcher(name).matches() && !folder.has(name + PUBLIC);
    if (free && !all().containsValue(part)) {
      publish(name, part);
    }
  }

  /** The name under which this key is known here, else the beginning of its id. */
  String name(PublicPart part) throws Fault {
    return all().entrySet().stream()
        .filter(each -> each.getValue().equals(part))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(part.id().substring(0, SHORT));
  }

  /** True if the key that can sign for this public half is here. */
  boolean holds(PublicPart part) throws Fault {
    return holding(part).isPresent();
  }

  private Optional<String> holding(PublicPart part) throws Fault {
    for (Map.Entry<String, Folder> each : places().entrySet()) {
      String name = each.getKey();
      Folder place = each.getValue();
      if ((place.has(name + SECRET) || place.has(name + TOKEN)) && part(name, place).equals(part)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /** The key that can sign for this public half, if it is here. */
  Optional<SigningKey> signing(PublicPart part) throws Fault {
    Optional<String> name = holding(part);
    return name.isEmpty() ? Optional.empty() : Optional.of(opened(name.get(), part));
  }

  private SigningKey opened(String name, PublicPart part) throws Fault {
    SigningKey known = open.get(name);
    if (known != null) {
      return known;
    }
    SigningKey key = read(name, part);
    if (!key.publicPart().equals(part) || !key.fits()) {
      throw apart(name);
    }
    open.put(name, key);
    return key;
  }

  private SigningKey read(String name, PublicPart part) throws Fault {
    Folder place = places().getOrDefault(name, folder);
    Optional<byte[]> token = place.read(name + TOKEN);
    if (token.isPresent()) {
      return Token.read(name + TOKEN, token.get()).open(name, holder.passphrases());
    }
    byte[] bytes =
        place
            .read(name + SECRET)
            .orElseThrow(() -> Pem.refuse("key " + name, "its private half is not here"));
    PrivateKey secret = KeyFile.read(name, bytes, holder.passphrases());
    return new SigningKey(name, part, secret, new SigningKey.Memory());
  }

  private static Refused apart(String name) {
    return Pem.refuse("key " + name, "its private and its public half are not of one key");
  }

  /** Makes a key; an unfinished one of that name, which nobody can have used, is made anew. */
  PublicPart generate(String name, Scheme scheme, boolean bare) throws Fault {
    refuseTaken(name);
    KeyPair pair = scheme.generate();
    PublicPart part = new PublicPart(scheme, pair.getPublic());
    Optional<String> passphrase =
        bare ? Optional.empty() : Optional.of(holder.passphrases().fresh(name));
    add(new SigningKey(name, part, pair.getPrivate(), new SigningKey.Memory()), passphrase);
    return part;
  }

  /** Whether this key is here, and without a passphrase. */
  boolean isBare(PublicPart key) throws Fault {
    return folder
        .read(name(key) + SECRET)
        .filter(bytes -> new String(bytes, StandardCharsets.US_ASCII).contains(BARE))
        .isPresent();
  }

  private void add(SigningKey key, Optional<String> passphrase) throws Fault {
    if (!key.fits()) {
      throw apart(key.name());
    }
    // The public half last: it makes the key count.
    folder.writeSecret(key.name() + SECRET, format.text(key.key(), passphrase));
    publish(key.name(), key.publicPart());
    open.put(key.name(), key);
  }

  /** Takes over a key that was made elsewhere; it gets a passphrase of this folder. */
  PublicPart take(String name, byte[] secret, Optional<PublicPart> given) throws Fault {
    refuseTaken(name);
    PrivateKey key = KeyFile.read(name, secret, holder.passphrases());
    PublicPart part = given.isPresent() ? given.get() : derived(name, key);
    add(
        new SigningKey(name, part, key, new SigningKey.Memory()),
        Optional.of(holder.passphrases().fresh(name)));
    return part;
  }

  private static PublicPart derived(String name, PrivateKey key) throws Refused {
    PublicKey half =
        Pem.publicHalf(key)
            .orElseThrow(() ->
                Pem.refuse(
                    "key " + name,
                    "its public half is needed too; make it with: openssl pkey -in FILE"
                        + " -pubout, and give it with --public"));
    return new PublicPart(Scheme.of("key " + name, half), half);
  }

  /** Takes over a key that stays on its token. */
  PublicPart take(String name, Token token) throws Fault {
    refuseTaken(name);
    SigningKey key = token.open(name, holder.passphrases());
    if (!key.fits()) {
      throw apart(name);
    }
    folder.writeSecret(name + TOKEN, token.bytes());
    publish(name, key.publicPart());
    open.put(name, key);
    return key.publicPart();
  }

  private void publish(String name, PublicPart part) throws Fault {
    folder.write(name + PUBLIC, part.pem().getBytes(StandardCharsets.US_ASCII));
  }

  private void refuseTaken(String name) throws Refused {
    if (!NAME.matcher(name).matches()) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot name a key '%s': use letters, digits and . _ -".formatted(name));
    }
    if (folder.has(name + PUBLIC)) {
      throw taken(name);
    }
  }

  /** In a folder that is not ours alone, a private half without a public one may be in use. */
  void refuseThere(String name) throws Refused {
    if (folder.has(name + SECRET) || folder.has(name + TOKEN)) {
      throw taken(name);
    }
  }

  private Refused taken(String name) {
    return new Refused(
        ReasonCode.CONFLICT,
        "cannot make key %s: there is one in %s; choose another name"
            .formatted(name, folder.path()));
  }

  /** The first name of a row, as in targets-1, targets-2, that no key has yet. */
  String nextName(String stem) {
    int number = 1;
    while (folder.has(stem + "-" + number + PUBLIC)) {
      number++;
    }
    return stem + "-" + number;
  }

  @Override
  public String toString() {
    return folder.path().toString();
  }
}
