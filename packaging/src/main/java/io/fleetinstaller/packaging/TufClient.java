package io.fleetinstaller.packaging;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.trust.Refusal;
import io.fleetinstaller.trust.Remote;
import io.fleetinstaller.trust.Store;
import io.fleetinstaller.trust.TargetFile;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Our verifier as a program that the conformance suite of the TUF project can drive. It exits with
 * 0 when it did what it was asked, else with 1.
 */
public final class TufClient {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final String METADATA = "metadata/";
  private static final String TARGETS = "targets/";

  private final Map<String, List<String>> options = new TreeMap<>();
  private final List<String> verbs = new ArrayList<>();
  private final DurableDisk disk = new DurableDisk();

  private TufClient(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("--") && i + 1 < arguments.length) {
        options.computeIfAbsent(arguments[i], _ -> new ArrayList<>()).add(arguments[++i]);
      } else {
        verbs.add(arguments[i]);
      }
    }
  }

  /**
   * {@code --metadata-dir D init ROOT}, {@code --metadata-dir D --metadata-url U refresh}, or the
   * latter with {@code --target-name N}, once or more often, {@code --target-base-url T
   * --target-dir O download}.
   */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      new TufClient(arguments).run();
    } catch (Untrusted | Fault | IOException | IllegalArgumentException e) {
      System.err.println("tuf-client: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run() throws Untrusted, Fault, IOException, InterruptedException {
    switch (verbs.isEmpty() ? "nothing" : verbs.getFirst()) {
      case "init" -> init();
      case "refresh" -> refreshed();
      case "download" -> download();
      case String other ->
          throw new IllegalArgumentException("cannot do %s; say what to do".formatted(other));
    }
  }

  private void init() throws IOException {
    Path folder = Path.of(option("--metadata-dir"));
    disk.createDirectories(folder, 0700);
    disk.replace(folder.resolve("root.json"), Files.readAllBytes(Path.of(verbs.get(1))), 0600);
  }

  private Updater refreshed() throws Untrusted, Fault, IOException, InterruptedException {
    Path folder = Path.of(option("--metadata-dir"));
    Store store = Store.open(disk, folder, Files.readAllBytes(folder.resolve("root.json")));
    Updater updater = new Updater(store, remote(), new SystemTime().now());
    updater.refresh();
    return updater;
  }

  private void download() throws Untrusted, Fault, IOException, InterruptedException {
    Path folder = Path.of(option("--target-dir"));
    Updater updater = refreshed();
    for (String name : options.getOrDefault("--target-name", List.of())) {
      TargetFile file =
          updater.find(name).orElseThrow(() -> new Untrusted(new Refusal.UnknownTarget(name)));
      Path target = folder.resolve(URLEncoder.encode(name, StandardCharsets.UTF_8));
      if (!isThere(target, file)) {
        disk.replace(target, updater.download(file), 0600);
      }
    }
  }

  private static boolean isThere(Path target, TargetFile file) throws IOException {
    try {
      if (Files.exists(target)) {
        file.demand(Files.readAllBytes(target));
        return true;
      }
    } catch (Untrusted e) {
      // Another one, that is replaced.
    }
    return false;
  }

  private Remote remote() {
    return (path, maxBytes) ->
        path.startsWith(METADATA)
            ? get(option("--metadata-url"), path.substring(METADATA.length()), maxBytes)
            : get(option("--target-base-url"), path.substring(TARGETS.length()), maxBytes);
  }

  private static byte[] get(String base, String path, long maxBytes) throws Fault {
    String address = base.endsWith("/") ? base + path : base + "/" + path;
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(address).toURL().openConnection();
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      connection.setInstanceFollowRedirects(false);
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new Fault.Refused(
            ReasonCode.NOT_FOUND,
            "cannot get %s: HTTP %d".formatted(address, connection.getResponseCode()));
      }
      return read(connection, maxBytes);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.CONNECT_FAILED, "cannot get %s: %s".formatted(address, e.getMessage()));
    }
  }

  private static byte[] read(HttpURLConnection connection, long maxBytes)
      throws IOException, Fault {
    try (InputStream in = connection.getInputStream()) {
      byte[] bytes = in.readNBytes(Math.toIntExact(maxBytes + 1));
      if (bytes.length > maxBytes) {
        throw new Fault.Refused(
            ReasonCode.TOO_LARGE,
            "cannot get %s: it has more than %d bytes".formatted(connection.getURL(), maxBytes));
      }
      return bytes;
    }
  }

  private String option(String name) {
    List<String> values = options.getOrDefault(name, List.of());
    if (values.isEmpty()) {
      throw new IllegalArgumentException("%s is missing".formatted(name));
    }
    return values.getLast();
  }
}
