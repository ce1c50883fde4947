package io.fleetinstaller.io;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class ChildProgramsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private final ChildPrograms programs = new ChildPrograms();

  @TempDir Path folder;

  @Test
  void a_program_tells_its_status_and_what_it_wrote_where() throws Exception {
    Programs.Result result = programs.run(sh("echo out; echo err >&2; exit 3", LONG));

    assertThat(result.status()).isEqualTo(3);
    assertThat(result.output()).isEqualTo("out\n");
    assertThat(result.errors()).isEqualTo("err\n");
    assertThat(result.lines()).containsExactly("out", "err");
  }

  @Test
  void what_the_launcher_set_for_us_alone_is_not_handed_on() throws Exception {
    String property = "fleet-installer.own-variable";
    Programs.Call call = sh("echo ${HOME+set}", LONG);
    String[] seen = new String[2];

    seen[0] = programs.run(call).output();
    System.setProperty(property, "HOME");
    try {
      seen[1] = programs.run(call).output();
    } finally {
      System.clearProperty(property);
    }

    assertThat(seen).containsExactly("set\n", "\n");
  }

  @Test
  void a_failure_is_one_sentence_with_the_last_line() {
    assertThatThrownBy(
            () -> programs.run(sh("echo first; echo last >&2; exit 4", LONG)).orFail("do it"))
        .isInstanceOf(Fault.Transient.class)
        .hasMessage("cannot do it: sh exited 4: last");
  }

  @Tag("F42")
  @Test
  void a_program_that_does_not_end_is_killed_with_its_children() throws Exception {
    Path pid = folder.resolve("pid");
    Programs.Call call =
        sh("sleep 1000000 & echo $! > " + pid + "; echo waits; wait", Duration.ofSeconds(2));

    Programs.Result result = programs.run(call);

    assertThat(result.timedOut()).isTrue();
    assertThat(result.why()).isEqualTo("sh did not end within 2s: waits");
    long child = Long.parseLong(Files.readString(pid).strip());
    eventually(
        "the child is gone",
        () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  @Timeout(60)
  void a_grandchild_that_keeps_the_pipe_does_not_keep_us() throws Exception {
    Path pid = folder.resolve("pid");

    Programs.Result result = programs.run(sh("sleep 1000000 & echo $! > " + pid, LONG));

    assertThat(result.succeeded()).isTrue();
    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void of_endless_output_only_the_end_is_kept() throws Exception {
    Programs.Result result =
        programs.run(sh("head -c 5000000 /dev/zero | tr '\\0' x; echo; echo end", LONG));

    assertThat(result.output()).endsWith("x\nend\n").hasSize(1024 * 1024);
  }

  @Test
  void what_a_program_reads_comes_to_it_whole_and_one_that_reads_nothing_ends_too()
      throws Exception {
    String much = "line\n".repeat(100_000);

    Programs.Result reader = programs.run(sh("wc -c", LONG).reading(much));
    Programs.Result other = programs.run(sh("exit 0", LONG).reading(much));

    assertThat(reader.output().strip()).isEqualTo("500000");
    assertThat(other.succeeded()).isTrue();
  }

  @Test
  void a_program_that_is_not_there_is_a_matter_for_a_person() {
    Programs.Call call = Programs.Call.of(LONG, "/no/such/program");

    assertThatThrownBy(() -> programs.run(call))
        .isInstanceOf(Fault.Broken.class)
        .hasMessageStartingWith("cannot run program: ")
        .hasMessageEndingWith("is it installed?");
  }

  @Test
  void an_interrupt_ends_the_program() throws Exception {
    Path pid = folder.resolve("pid");
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                programs.run(sh("echo $$ > " + pid + "; exec sleep 1000000", LONG));
              } catch (Fault | InterruptedException e) {
                ended.complete(e);
              }
            });
    eventually("it runs", () -> Files.exists(pid) && Files.size(pid) > 1);

    caller.interrupt();

    assertThat(ended.get()).isInstanceOf(InterruptedException.class);
    long child = Long.parseLong(Files.readString(pid).strip());
    eventually(
        "the program is gone",
        () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }

  private static Programs.Call sh(String script, Duration timeout) {
    return new Programs.Call(List.of("/bin/sh", "-c", script), Map.of(), "", timeout);
  }
}
