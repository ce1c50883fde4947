package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a candidate of the daemon itself prove beside this one what nobody could ask of it after the
 * switch: that it starts, reads all state and settings, reaches the source and answers. What it
 * must read as this daemon does is in {@link Agreement}; see {@link Rehearsing} for its own side.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  /** From the start of the candidate to its end. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final long PAUSE_MILLIS = 50;

  private final Host host;
  private final Situation situation;
  private final Disk disk;
  private final Path settings;

  Rehearsal(Host host, Situation situation, Disk disk) {
    this.host = host;
    this.situation = situation;
    this.disk = disk;
    this.settings = situation.site().settings().file();
  }

  /** Refuses the candidate, with what it said, unless it proves itself. */
  void of(Slot candidate, Progress progress) throws Fault, InterruptedException {
    Path folder =
        Rehearsing.folder(situation.site().settings().now().paths().socket()).toAbsolutePath();
    LOG.info("having {} prove itself beside this daemon", candidate.release());
    try {
      disk.deleteTree(folder);
      disk.createDirectories(folder, 0700);
      Rehearsing.tell(folder, situation.site().environment(), disk);
      StateReading reading = StateReading.of(situation, folder.resolve("ours"), disk);
      rehearse(new Agreement(candidate, situation, reading), candidate, folder);
      progress.note(List.of("%s proved itself beside this daemon".formatted(candidate.release())));
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR, "cannot prepare %s for a rehearsal: %s".formatted(folder, e));
    } finally {
      leave(folder);
    }
  }

  private void rehearse(Agreement agreement, Slot candidate, Path folder)
      throws Fault, IOException, InterruptedException {
    List<String> argv =
        List.of(
            "bin/fleet-installer",
            "run",
            "--config",
            settings.toString(),
            "--rehearse",
            folder.toString());
    Run run = new Run(() -> host.run(candidate, argv, LIMIT));
    Optional<Document> answer = Optional.empty();
    while (answer.isEmpty() && !run.over()) {
      answer = ask(folder, "/v1/daemon");
    }
    Optional<Fault> objection =
        answer.isEmpty() ? Optional.empty() : objection(agreement, candidate, folder, answer.get());
    disk.deleteTree(folder);
    Host.Exit exit = run.exit();
    if (answer.isEmpty() || exit.timedOut() || exit.status() != 0) {
      List<String> said = exit.output().stream().map("it said: "::concat).toList();
      throw refused(candidate, how(exit, answer.isPresent()), said);
    }
    if (objection.isPresent()) {
      throw objection.get();
    }
  }

  private static String how(Host.Exit exit, boolean answered) {
    if (exit.timedOut()) {
      return (answered ? "it did not end" : "it did not answer")
          + " within "
          + Durations.text(LIMIT);
    }
    return "it exited %d %s"
        .formatted(exit.status(), answered ? "at its end" : "and did not answer");
  }

  private Optional<Fault> objection(
      Agreement agreement, Slot candidate, Path folder, Document daemon) {
    try {
      version(candidate, daemon);
      formats(candidate, daemon);
      Document status =
          ask(folder, "/v1/status")
              .orElseThrow(() -> refused(candidate, "it stopped answering", List.of()));
      settings(candidate, status);
      agreement.demand(status, Rehearsing.state(folder));
      source(candidate, status);
      return Optional.empty();
    } catch (Fault fault) {
      boolean ours = fault.reason().code() == ReasonCode.REHEARSAL_FAILED;
      return Optional.of(ours ? fault : refused(candidate, fault.reason().sentence(), List.of()));
    }
  }

  private static void version(Slot candidate, Document daemon) throws Fault {
    String version = daemon.text("version");
    if (!version.equals(candidate.release().version().value())) {
      throw refused(candidate, "it says that it is version " + version, List.of());
    }
  }

  private static void formats(Slot candidate, Document daemon) throws Fault {
    Document formats = daemon.object("formats");
    SortedMap<String, Long> written = new TreeMap<>();
    for (String name : formats.keys()) {
      written.put(name, formats.number(name, 0, Long.MAX_VALUE));
    }
    SortedMap<String, Long> unreadable = Formats.unreadable(written);
    if (!unreadable.isEmpty()) {
      throw refused(
          candidate,
          "it would write, before it is confirmed, what this daemon could not read: " + unreadable,
          List.of());
    }
  }

  private static void settings(Slot candidate, Document status) throws Fault {
    Document settings = status.object("settings");
    if (settings.has("error")) {
      throw refused(
          candidate,
          "it does not take the settings: " + settings.object("error").text("sentence"),
          List.of());
    }
  }

  /**
   * What we cannot reach either is not held against it, nor that it polled nothing where there is
   * nothing to poll; what only it cannot is tried again.
   */
  private void source(Slot candidate, Document status) throws Fault {
    Source.State ours = situation.source().state();
    Document source = status.object("source");
    if (ours.error().isPresent()) {
      return;
    }
    if (source.has("error")) {
      throw unpolled(
          candidate, "it could not poll the source: " + source.object("error").text("sentence"));
    }
    if (ours.lastGood().isPresent() && !source.has("lastGood")) {
      throw unpolled(
          candidate,
          "it had not polled the source when it was asked, and this daemon has; see whether %s answers at once"
              .formatted(source.text("place")));
    }
  }

  private static Fault unpolled(Slot candidate, String why) {
    return new Fault.Transient(
        ReasonCode.REHEARSAL_FAILED,
        "cannot switch to %s: in its rehearsal %s".formatted(candidate.release(), why));
  }

  private Optional<Document> ask(Path folder, String target) throws Fault {
    try {
      String text = new Client(Rehearsing.socket(folder), LIMIT).get(target);
      return Optional.of(
          Document.json("the candidate's answer", text.getBytes(StandardCharsets.UTF_8)));
    } catch (Fault fault) {
      if (fault.reason().code() == ReasonCode.DAEMON_DOWN) {
        return Optional.empty();
      }
      throw fault;
    }
  }

  /**
   * What is held against a candidate.
   *
   * @param evidence secrets are taken out of it
   */
  static Refused refused(Slot candidate, String why, List<String> evidence) {
    return new Refused(
        new Reason(
            ReasonCode.REHEARSAL_FAILED,
            "cannot switch to %s: in its rehearsal %s".formatted(candidate.release(), why),
            Redactor.lines(evidence)));
  }

  /** The candidate ends when the folder is gone. */
  private void leave(Path folder) {
    try {
      disk.deleteTree(folder);
    } catch (IOException e) {
      LOG.warn("cannot take {} away after the rehearsal: {}", folder, e.getMessage());
    }
  }

  /** The candidate, beside whatever this thread does. */
  private static final class Run {
    private final FutureTask<Host.Exit> task;

    private Run(Callable<Host.Exit> work) {
      this.task = new FutureTask<>(work);
      Thread.ofPlatform().daemon().name("rehearsal").start(task);
    }

    /** Whether it has ended; waits a moment to see it. */
    private boolean over() throws InterruptedException {
      try {
        task.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException _) {
        return false;
      } catch (ExecutionException _) {
        return true;
      }
    }

    private Host.Exit exit() throws Fault, InterruptedException {
      try {
        return task.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Fault fault) {
          throw fault;
        }
        throw new IllegalStateException("the rehearsal could not be run", e.getCause());
      }
    }
  }
}
