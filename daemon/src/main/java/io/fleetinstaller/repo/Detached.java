package io.fleetinstaller.repo;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Signing elsewhere: gives out the bytes, and takes the signatures in. */
public record Detached(Workplace place) {

  /**
   * What must be signed of a role's draft, and how.
   *
   * @param file what the outcome calls the bytes
   */
  public Outcome how(RoleName role, String file) throws Fault {
    Sheet sheet = draft(role);
    Outcome outcome =
        Outcome.said(
            "%s %d: sign these bytes, sha256 %s"
                .formatted(
                    role, sheet.statement().edition().version(), Digest.of(sheet.payload()).hex()));
    List<String> names = new ArrayList<>();
    for (Duty duty : place.current().outstanding(role)) {
      for (PublicPart key : duty.missing(sheet)) {
        String name = place.keyring().name(key);
        if (!names.contains(name)) {
          names.add(name);
          outcome =
              outcome.line("with %s: %s".formatted(name, key.scheme().openssl().formatted(file)));
        }
      }
    }
    return outcome
        .line("then: repo attach %s %s SIGNATURE".formatted(place.folder().path(), role))
        .with("role", role)
        .with("sha256", Digest.of(sheet.payload()).hex())
        .with("keys", names);
  }

  /** The bytes that must be signed. */
  public byte[] payload(RoleName role) throws Fault {
    return draft(role).payload();
  }

  /** Adds a signature, raw or in hex, of whichever key made it. */
  public Outcome attach(RoleName role, byte[] signature) throws Fault {
    Sheet sheet = draft(role);
    for (Duty duty : place.current().duties(role)) {
      for (PublicPart key : duty.grant().keys().values()) {
        for (byte[] form : forms(signature)) {
          if (key.verifies(sheet.payload(), form)) {
            place.drafts().write(role, sheet.with(key, form));
            return Outcome.said(
                    "%s has the signature of %s".formatted(role, place.keyring().name(key)))
                .with("role", role)
                .with("key", place.keyring().name(key))
                .then(new Signing(place).waiting());
          }
        }
      }
    }
    throw new Refused(
        ReasonCode.BAD_SIGNATURE,
        "cannot attach this to %s: no key that may sign it made it over these bytes; get them anew with 'repo payload'"
            .formatted(role));
  }

  private static List<byte[]> forms(byte[] signature) {
    List<byte[]> forms = new ArrayList<>(List.of(signature));
    try {
      forms.add(HexFormat.of().parseHex(new String(signature, StandardCharsets.US_ASCII).strip()));
    } catch (IllegalArgumentException _) {
      // raw bytes, not hex
    }
    return forms;
  }

  private Sheet draft(RoleName role) throws Fault {
    place.lifetimes();
    return place
        .drafts()
        .sheet(role)
        .orElseThrow(() ->
            new Refused(
                ReasonCode.NOT_FOUND,
                "cannot sign %s: it has no draft; 'repo show' lists those that have one"
                    .formatted(role)));
  }
}
