package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.http.Pace;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.http.ProxySettings;
import io.fleetinstaller.http.Throttle;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Wait;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A host that pulls the package of a test, with everything about it settable. */
final class Pulling {
  final List<Duration> pauses = new ArrayList<>();
  final FakeTime time = new FakeTime();
  private final List<String> repositories = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Path authFile;
  private Path ca;
  private ProxySettings proxy = ProxySettings.NONE;
  private Patience patience = Patience.DEFAULT;
  private final Tally tally = new Tally();
  private Throttle.Limit limit = Throttle.Limit.NONE;
  private Registry registry;

  /** What fetching layers cost so far. */
  static final class Tally implements Traffic {
    final AtomicInteger requests = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    final List<Wait> waits = new CopyOnWriteArrayList<>();

    @Override
    public void waits(Wait wait) {
      waits.add(wait);
    }

    @Override
    public void goesOn(Wait wait) {
      waits.remove(wait);
    }

    @Override
    public void request() {
      requests.incrementAndGet();
    }

    @Override
    public void came(long count) {
      bytes.addAndGet(count);
    }
  }

  static Pulling from(FakeRegistry... registries) {
    Pulling pulling = new Pulling();
    for (FakeRegistry each : registries) {
      pulling.repositories.add(each.address());
    }
    return pulling;
  }

  static Pulling from(String address) {
    Pulling pulling = new Pulling();
    pulling.repositories.add(address);
    return pulling;
  }

  Pulling authFile(Path file) {
    authFile = file;
    return this;
  }

  Pulling ca(Path file) {
    ca = file;
    return this;
  }

  Pulling proxy(ProxySettings settings) {
    proxy = settings;
    return this;
  }

  /** Waits so long in milliseconds for the network, and tries once. */
  Pulling impatient(long millis) {
    Duration wait = Duration.ofMillis(millis);
    patience = new Patience(wait, wait, wait, 0, Duration.ofSeconds(30), 1, Duration.ofSeconds(30));
    return this;
  }

  /** Waits long for each byte, but not for a whole document or the head of an answer; once. */
  Pulling patientWithBytes() {
    Duration document = Duration.ofSeconds(2);
    Duration silence = Duration.ofSeconds(20);
    patience = new Patience(silence, silence, document, 0, silence, 1, silence);
    return this;
  }

  Pulling limited(long bytesPerSecond) {
    limit = () -> OptionalLong.of(bytesPerSecond);
    return this;
  }

  Tally cost() {
    return tally;
  }

  Pulling environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Image resolve(Packed packed) throws Fault, InterruptedException {
    return registry().resolve(packed.release(), Packed.LINUX);
  }

  byte[] layer(Packed packed) throws Exception {
    return part(packed, new Span(0, packed.layer.length));
  }

  byte[] part(Packed packed, Span span) throws Exception {
    Image image = resolve(packed);
    Blob layer = image.layers().getFirst();
    try (InputStream stream = registry().open(image, layer, span, tally)) {
      return stream.readAllBytes();
    }
  }

  /** The fault that pulling the layer ends in. */
  Fault failing(Packed packed) {
    return fault(() -> layer(packed));
  }

  static Fault fault(ThrowingCallable call) {
    Exception thrown = catchThrowableOfType(Exception.class, call);
    return switch (thrown) {
      case Fault fault -> fault;
      case Exception other -> Faulted.in(other).orElseThrow(() -> new AssertionError(other));
    };
  }

  Registry registry() {
    if (registry == null) {
      RegistrySettings settings =
          new RegistrySettings(repositories, authFile, new Connections(ca, proxy, patience));
      Time noting = new Noting();
      registry =
          new Registry(
              settings,
              new Throttle(limit, noting),
              new Pace(patience, noting, new Random(7)),
              new Repositories(settings, noting, environment));
    }
    return registry;
  }

  private final class Noting implements Time {
    @Override
    public java.time.Instant now() {
      return time.now();
    }

    @Override
    public Duration elapsed() {
      return time.elapsed();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      pauses.add(duration);
      time.sleep(duration);
    }
  }
}
