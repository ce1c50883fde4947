package io.fleetinstaller.repo;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Makes keys, and takes over those that were made elsewhere, in any folder. */
public final class KeyMaking {
  private final Keyring ring;

  public KeyMaking(Disk disk, Path folder, Passphrases passphrases) {
    this.ring =
        new Keyring(new Folder(disk, folder), new Holder(passphrases, List.of()), KeyFile.STRONG);
  }

  /**
   * Makes a key.
   *
   * @param bare without passphrase
   */
  public Outcome generate(String name, Scheme scheme, boolean bare) throws Fault {
    ring.refuseThere(name);
    return outcome(name, ring.generate(name, scheme, bare));
  }

  /**
   * Takes over a PKCS#8 key in PEM.
   *
   * @param publicHalf in PEM; only an RSA key goes without
   */
  public Outcome take(String name, byte[] secret, Optional<byte[]> publicHalf) throws Fault {
    Optional<PublicPart> part =
        publicHalf.isEmpty()
            ? Optional.empty()
            : Optional.of(PublicPart.pem("the public half", publicHalf.get()));
    ring.refuseThere(name);
    return outcome(name, ring.take(name, secret, part));
  }

  /** Takes over a key on a token. */
  public Outcome take(String name, Token token) throws Fault {
    ring.refuseThere(name);
    return outcome(name, ring.take(name, token));
  }

  private Outcome outcome(String name, PublicPart part) {
    return Outcome.said(
            "key %s (%s) is in %s; others get %s.pub only"
                .formatted(name, part.scheme().keytype(), ring, name))
        .with("name", name)
        .with("keyid", part.id())
        .with("type", part.scheme().keytype());
  }
}
