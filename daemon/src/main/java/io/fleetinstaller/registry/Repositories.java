package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Opens repositories. All that are remote share one client and what was learnt about logging in.
 * Thread-safe.
 */
final class Repositories implements AutoCloseable {
  private final RegistrySettings settings;
  private final Time time;
  private final Map<String, String> environment;
  private @Nullable Http http;
  private @Nullable Courier courier;

  Repositories(RegistrySettings settings, Time time, Map<String, String> environment) {
    this.settings = settings;
    this.time = time;
    this.environment = environment;
  }

  /** One whose requests are told. */
  Repository at(Address address, Traffic traffic) throws Fault {
    return at(address, courier -> courier.telling(traffic));
  }

  /** The same, without much patience for documents. */
  Repository hurried(Address address, Traffic traffic) throws Fault {
    return at(address, courier -> courier.telling(traffic).hurried());
  }

  private Repository at(Address address, UnaryOperator<Courier> how) throws Fault {
    return switch (address) {
      case Address.Folder folder -> new Layout(folder.path());
      case Address.Bundle bundle -> new Bundle(bundle);
      case Address.Remote remote -> new RemoteRepository(remote, how.apply(courier()));
    };
  }

  /** Registries are asked anew where blobs are. */
  synchronized void forgetDetours() {
    if (courier != null) {
      courier.detours().forgetAll();
    }
  }

  RemoteRepository remote(Address.Remote remote) throws Fault {
    return new RemoteRepository(remote, courier());
  }

  // Only now: many runs of the program never ask anybody.
  private synchronized Courier courier() throws Fault {
    Courier known = courier;
    if (known != null) {
      return known;
    }
    try {
      Http opened = settings.connections().open(environment);
      Accounts accounts =
          new Accounts(settings.authFile(), new CredentialHelpers(new ChildPrograms()));
      Authority authority = new Authority(accounts, opened, time);
      Courier made = new Courier(opened, authority, new Detours(time), Traffic.UNNOTED);
      http = opened;
      courier = made;
      return made;
    } catch (Failure failure) {
      throw failure.asFault("cannot ask any registry: " + failure.why());
    }
  }

  @Override
  public synchronized void close() {
    if (http != null) {
      http.close();
    }
  }
}
