package io.fleetinstaller.systemd;

import io.fleetinstaller.io.Native;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Descriptor.Account;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import java.time.Duration;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The system users that packages bring: created when missing, never changed, never removed. */
final class Accounts {
  private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Programs programs;
  private final Predicate<String> exists;

  /** Users that the C library's name service knows, wherever they come from, exist. */
  Accounts(Programs programs) {
    this(programs, user -> Native.userId(user).isPresent());
  }

  Accounts(Programs programs, Predicate<String> exists) {
    this.programs = programs;
    this.exists = exists;
  }

  void create(Slot slot) throws Fault, InterruptedException {
    for (Account account : slot.descriptor().accounts()) {
      String user = account.user();
      if (!exists.test(user)) {
        LOG.info("creating system user {} for {}", user, slot.release());
        programs
            .run(
                Programs.Call.of(
                    LIMIT,
                    "useradd",
                    "--system",
                    "--user-group",
                    "--no-create-home",
                    "--home-dir=/nonexistent",
                    "--shell=/usr/sbin/nologin",
                    user))
            .orFail("create system user " + user);
      }
    }
  }
}
