package io.fleetinstaller.repo;

import static io.fleetinstaller.repo.RepositoryTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.packages.Tools;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys of this program and of openssl, in both directions. */
@Timeout(60)
class KeysTest {
  private static final byte[] SAMPLE = {1, 2, 3};

  @TempDir private Path temp;

  @Test
  void openssl_reads_our_keys() throws Exception {
    ring().generate("ours", Scheme.ED25519, false);

    String half =
        openssl("pkey", "-in", temp.resolve("ours.pem"), "-passin", passphrase(), "-pubout");

    assertThat(half.strip()).isEqualTo(Files.readString(temp.resolve("ours.pub")).strip());
  }

  @Test
  void we_take_over_keys_of_openssl() throws Exception {
    made("ed", "ED25519");
    made("ec", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    made("rsa", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");

    for (String name : List.of("ed", "ec", "rsa")) {
      byte[] secret = Files.readAllBytes(temp.resolve("openssl-" + name + ".pem"));
      PublicPart half =
          PublicPart.pem(name, Files.readAllBytes(temp.resolve("openssl-" + name + ".pub")));
      ring().take(name, secret, Optional.of(half));

      SigningKey key = ring().signing(half).orElseThrow();

      assertThat(half.verifies(SAMPLE, key.sign(SAMPLE))).as(name).isTrue();
    }
  }

  @Test
  void a_key_that_has_no_public_half_beside_it_is_not_overwritten() throws Exception {
    Path precious = Files.writeString(temp.resolve("server.pem"), "precious");
    KeyMaking making = new KeyMaking(new DurableDisk(), temp, Workshop.known("sesame"));

    assertRefused(
        ReasonCode.CONFLICT,
        "choose another name",
        () -> making.generate("server", Scheme.ED25519, true));
    assertThat(precious).hasContent("precious");
  }

  @Test
  void an_rsa_key_brings_its_public_half() throws Exception {
    made("rsa", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    byte[] secret = Files.readAllBytes(temp.resolve("openssl-rsa.pem"));

    PublicPart half = ring().take("rsa", secret, Optional.empty());

    assertThat(half.pem()).isEqualTo(Files.readString(temp.resolve("openssl-rsa.pub")));
  }

  @Test
  void other_kinds_of_keys_are_refused() throws Exception {
    made("weak", "RSA", "-pkeyopt", "rsa_keygen_bits:1024");
    made("curve", "EC", "-pkeyopt", "ec_paramgen_curve:P-384");
    made("ed448", "ED448");
    made("ed", "ED25519");

    for (String name : List.of("weak", "curve", "ed448")) {
      byte[] half = Files.readAllBytes(temp.resolve("openssl-" + name + ".pub"));
      assertRefused(ReasonCode.BAD_REQUEST, "cannot use", () -> PublicPart.pem(name, half));
    }
    byte[] secret = Files.readAllBytes(temp.resolve("openssl-ed.pem"));
    assertRefused(
        ReasonCode.BAD_REQUEST,
        "public half is needed",
        () -> ring().take("ed", secret, Optional.empty()));
    assertRefused(
        ReasonCode.BAD_REQUEST, "wanted is the public half", () -> PublicPart.pem("x", secret));
    assertRefused(
        ReasonCode.BAD_REQUEST, "not a key in PEM", () -> PublicPart.pem("x", new byte[] {1}));
  }

  @Test
  void halves_of_two_keys_do_not_go_together() throws Exception {
    made("one", "ED25519");
    made("two", "ED25519");
    byte[] secret = Files.readAllBytes(temp.resolve("openssl-one.pem"));
    PublicPart other = PublicPart.pem("two", Files.readAllBytes(temp.resolve("openssl-two.pub")));

    assertRefused(
        ReasonCode.BAD_REQUEST,
        "not of one key",
        () -> ring().take("mixed", secret, Optional.of(other)));
  }

  @Test
  void signatures_of_openssl_are_attached() throws Exception {
    Workshop workshop = Workshop.open(temp.resolve("repo"));
    made("ed", "ED25519");
    made("ec", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    made("rsa", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    Workplace place = workshop.place();
    List<PublicPart> keys =
        List.of(
            place.key(temp.resolve("openssl-ed.pub").toString()),
            place.key(temp.resolve("openssl-ec.pub").toString()),
            place.key(temp.resolve("openssl-rsa.pub").toString()));
    new Rotation(place)
        .rotate(RoleName.TARGETS, List.of(place.key("targets-1")), keys, Optional.of(3));
    workshop.sign();
    Path payload =
        Files.write(temp.resolve("payload"), detached(workshop).payload(RoleName.TARGETS));
    Outcome how = detached(workshop).how(RoleName.TARGETS, payload.toString());

    for (String line : how.lines()) {
      if (line.startsWith("with ")) {
        attach(workshop, line);
      }
    }
    workshop.publish();

    assertThat(new Checking(workshop.place()).findings()).isEmpty();
    assertThat(workshop.place().published().sheet(RoleName.TARGETS).orElseThrow().signatures())
        .hasSize(3);
  }

  /** Does what the line says: with NAME: openssl … */
  private void attach(Workshop workshop, String line) throws Exception {
    String name = line.substring("with ".length(), line.indexOf(':'));
    String command = line.substring(line.indexOf(": openssl ") + ": openssl ".length());
    Path signature = temp.resolve("signature");
    String[] words =
        command
            .replace("KEY.pem", temp.resolve(name + ".pem") + " -passin " + passphrase())
            .replace("SIGNATURE", signature.toString())
            .split(" ");
    openssl((Object[]) words);
    detached(workshop).attach(RoleName.TARGETS, Files.readAllBytes(signature));
  }

  @Test
  void a_signature_of_other_bytes_is_not_attached() throws Exception {
    Workshop workshop = Workshop.open(temp.resolve("repo"));
    workshop.add("stable", "1.0");
    PublicPart key = workshop.place().key("targets-1");
    byte[] signature = workshop.place().keyring().signing(key).orElseThrow().sign(SAMPLE);

    assertRefused(
        ReasonCode.BAD_SIGNATURE,
        "over these bytes",
        () -> detached(workshop).attach(RoleName.TARGETS, signature));
  }

  @Test
  void only_a_timers_key_whose_predecessors_had_no_passphrase_has_none() throws Exception {
    Workshop workshop = Workshop.open(temp.resolve("repo"));
    Keyring keys = workshop.place().keyring();
    PublicPart bare = keys.generate("bare", Scheme.ED25519, true);
    PublicPart closed = workshop.place().key("timestamp-1");
    new Rotation(workshop.place())
        .rotate(RoleName.TIMESTAMP, List.of(), List.of(bare), Optional.empty());
    new Rotation(workshop.place())
        .rotate(RoleName.TARGETS, List.of(), List.of(bare), Optional.empty());

    new Rotation(workshop.place())
        .rotate(RoleName.TIMESTAMP, List.of(bare, closed), List.of(), Optional.empty());
    new Rotation(workshop.place())
        .rotate(RoleName.TARGETS, List.of(bare), List.of(), Optional.empty());

    for (String made : List.of("timestamp-2", "timestamp-3", "targets-2")) {
      assertThat(workshop.folder.resolve("keys").resolve(made + ".pem"))
          .content()
          .contains("ENCRYPTED");
    }
  }

  private static Detached detached(Workshop workshop) {
    return new Detached(workshop.place());
  }

  private Keyring ring() {
    Holder holder = new Holder(Workshop.known(Workshop.PASSPHRASE), List.of());
    return new Keyring(new Folder(new DurableDisk(), temp), holder, new KeyFile(10));
  }

  private void made(String name, String algorithm, Object... more) throws Exception {
    Path secret = temp.resolve("openssl-" + name + ".pem");
    Object[] first = {"genpkey", "-algorithm", algorithm, "-aes-256-cbc", "-pass", passphrase()};
    openssl(joined(joined(first, more), "-out", secret));
    openssl(
        "pkey",
        "-in",
        secret,
        "-passin",
        passphrase(),
        "-pubout",
        "-out",
        temp.resolve("openssl-" + name + ".pub"));
  }

  private static Object[] joined(Object[] one, Object... other) {
    return java.util.stream.Stream.concat(
            java.util.Arrays.stream(one), java.util.Arrays.stream(other))
        .toArray();
  }

  private static String passphrase() {
    return "pass:" + Workshop.PASSPHRASE;
  }

  private static String openssl(Object... arguments) throws Exception {
    return Tools.run("openssl", arguments);
  }
}
