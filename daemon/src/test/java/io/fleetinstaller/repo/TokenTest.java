package io.fleetinstaller.repo;

import static io.fleetinstaller.repo.RepositoryTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.packages.Tools;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A key on a token, which SoftHSM plays. The token's library reads its settings from the
 * environment, so the keys are used in a program of their own.
 */
@Timeout(120)
class TokenTest {
  private static final String LIBRARY = "/usr/lib/softhsm/libsofthsm2.so";

  @TempDir private Path temp;

  @Test
  void a_token_signs_the_targets() throws Exception {
    Tools.find("softhsm2-util");
    Path settings = Files.writeString(temp.resolve("softhsm2.conf"), settings());
    Path token =
        Files.writeString(
            temp.resolve("token.cfg"),
            "name = test%nlibrary = %s%nslotListIndex = 0%n".formatted(LIBRARY));

    String said = inAProgramOfItsOwn(settings, token);

    assertThat(said).contains("published root 2, targets 2").endsWith("well\n");
  }

  private String settings() throws Exception {
    return "directories.tokendir = %s%nobjectstore.backend = file%n"
        .formatted(Files.createDirectory(temp.resolve("tokens")));
  }

  private String inAProgramOfItsOwn(Path settings, Path token) throws Exception {
    run(
        settings,
        List.of(
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "test",
            "--so-pin",
            "4711",
            "--pin",
            Workshop.PASSPHRASE));
    run(
        settings,
        List.of(
            java("keytool"),
            "-genkeypair",
            "-keystore",
            "NONE",
            "-storetype",
            "PKCS11",
            "-storepass",
            Workshop.PASSPHRASE,
            "-providerClass",
            "sun.security.pkcs11.SunPKCS11",
            "-providerArg",
            token.toString(),
            "-alias",
            "targets",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=targets"));
    return run(
        settings,
        List.of(
            java("java"),
            "-cp",
            System.getProperty("java.class.path"),
            Story.class.getName(),
            temp.resolve("repo").toString(),
            token.toString()));
  }

  private static String java(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }

  private static String run(Path settings, List<String> command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("SOFTHSM2_CONF", settings.toString()));
    Process process = builder.start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /** What is done with the token. */
  static final class Story {
    private Story() {}

    public static void main(String[] arguments) throws Exception {
      Workshop workshop = Workshop.open(Path.of(arguments[0]));
      Token token = new Token(Path.of(arguments[1]), "targets");
      // Once the right PIN was given, this process is known to the token.
      workshop.passphrase = "wrong";
      Keyring guessing = workshop.place().keyring();
      assertRefused(ReasonCode.AUTH_FAILED, "wrong PIN", () -> guessing.take("hard", token));
      workshop.passphrase = Workshop.PASSPHRASE;
      Token other = new Token(token.configuration(), "other");
      Keyring knowing = workshop.place().keyring();
      assertRefused(ReasonCode.BAD_REQUEST, "under 'other'", () -> knowing.take("other", other));
      PublicPart hard = workshop.place().keyring().take("hard", token);
      new Rotation(workshop.place())
          .rotate(
              RoleName.TARGETS,
              List.of(workshop.place().key("targets-1")),
              List.of(hard),
              Optional.empty());
      System.out.println(workshop.signAndPublish().lines().getFirst());
      System.out.println(new Checking(workshop.place()).findings().isEmpty() ? "well" : "not well");
    }
  }
}
