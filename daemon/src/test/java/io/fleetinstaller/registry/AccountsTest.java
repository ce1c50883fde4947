package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Docker's config.json, and the helpers that it names. */
class AccountsTest {
  private static final Address.Remote REPOSITORY =
      (Address.Remote) Address.parse("r.example.com:5000/agents/agent");

  @TempDir private Path folder;
  private final List<Programs.Call> calls = new ArrayList<>();

  @Test
  void the_longest_key_that_fits_wins() throws Exception {
    Accounts accounts =
        accounts(
            """
            {"auths":{"https://r.example.com:5000/v2/":{"auth":"YTpi"},
                      "r.example.com:5000/agents":{"username":"c","password":"d"},
                      "r.example.com:5000/agents/age":{"auth":"ZTpm"},
                      "r.example.com":{"auth":"Zzpo"}},
             "HttpHeaders":{"X":"y"}}\
            """);

    Optional<Account> account = accounts.of(REPOSITORY);

    assertThat(account).contains(new Account("c", "d", ""));
  }

  @Test
  void a_host_that_nobody_has_logged_in_to_gives_nobody() throws Exception {
    Accounts accounts = accounts("{\"auths\":{\"other.example.com\":{\"auth\":\"YTpi\"}}}");

    Optional<Account> account = accounts.of(REPOSITORY);

    assertThat(account).isEmpty();
  }

  @Test
  void the_hub_goes_by_its_old_name() throws Exception {
    Accounts accounts =
        accounts("{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"YTpi\"}}}");

    Optional<Account> account = accounts.of((Address.Remote) Address.parse("docker.io/acme/agent"));

    assertThat(account).contains(new Account("a", "b", ""));
  }

  @Test
  void a_helper_of_the_host_is_asked_before_the_store_of_all() throws Exception {
    Accounts accounts =
        accounts(
            "{\"credHelpers\":{\"r.example.com:5000\":\"ours\"},\"credsStore\":\"all\"}",
            0,
            "{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"s\"}");

    Optional<Account> account = accounts.of(REPOSITORY);

    assertThat(account).contains(new Account("u", "s", ""));
    assertThat(calls).hasSize(1);
    assertThat(calls.getFirst().argv()).containsExactly("docker-credential-ours", "get");
    assertThat(calls.getFirst().input()).isEqualTo("r.example.com:5000");
  }

  @Test
  void a_helper_may_give_an_identity_token() throws Exception {
    Accounts accounts =
        accounts("{\"credsStore\":\"all\"}", 0, "{\"Username\":\"<token>\",\"Secret\":\"long\"}");

    Optional<Account> account = accounts.of(REPOSITORY);

    assertThat(account).contains(new Account("", "", "long"));
  }

  @Test
  void what_the_helper_does_not_know_may_stand_in_the_file() throws Exception {
    Accounts accounts =
        accounts(
            "{\"credsStore\":\"all\",\"auths\":{\"r.example.com:5000\":{\"auth\":\"YTpi\"}}}",
            1,
            "credentials not found in native keychain\n");

    Optional<Account> account = accounts.of(REPOSITORY);

    assertThat(account).contains(new Account("a", "b", ""));
  }

  @Test
  void a_helper_that_fails_is_named_and_what_it_printed_is_not() throws Exception {
    Accounts accounts = accounts("{\"credsStore\":\"all\"}", 3, "token=hunter2");

    Failure failure = catchThrowableOfType(Failure.class, () -> accounts.of(REPOSITORY));

    assertThat(failure).hasMessageContaining("docker-credential-all").hasMessageContaining("3");
    assertThat(failure.why()).doesNotContain("hunter2");
  }

  @Test
  void a_helpers_name_is_a_name_and_not_a_path() throws Exception {
    Accounts accounts = accounts("{\"credsStore\":\"../../bin/sh\"}");

    Failure failure = catchThrowableOfType(Failure.class, () -> accounts.of(REPOSITORY));

    assertThat(failure).hasMessageContaining("not a helper's name");
    assertThat(calls).isEmpty();
  }

  @Test
  void a_secret_that_is_not_base64_is_not_quoted() throws Exception {
    Accounts accounts = accounts("{\"auths\":{\"r.example.com:5000\":{\"auth\":\"hunter2!\"}}}");

    Failure failure = catchThrowableOfType(Failure.class, () -> accounts.of(REPOSITORY));

    assertThat(failure).hasMessageContaining("base64");
    assertThat(failure.why()).doesNotContain("hunter2");
  }

  private Accounts accounts(String json) throws IOException {
    return accounts(json, 70, "nobody should ask");
  }

  private Accounts accounts(String json, int status, String output) throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), json);
    Programs programs =
        call -> {
          calls.add(call);
          return new Programs.Result(call, status, false, output, "");
        };
    return new Accounts(file, new CredentialHelpers(programs));
  }
}
