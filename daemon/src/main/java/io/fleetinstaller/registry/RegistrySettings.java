package io.fleetinstaller.registry;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.http.ProxySettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where packages come from and how they are asked for.
 *
 * @param repositories tried in this order, e.g. {@code
 *     https://registry.example.com/agents/{package}} or {@code file:/srv/layouts/{package}}; {@code
 *     {package}} stands for the package's name
 * @param authFile docker's config.json; null: nobody is logged in
 * @param ca PEM certificates that are trusted beside the system's own; null: none
 */
public record RegistrySettings(
    List<String> repositories,
    @Nullable Path authFile,
    @Nullable Path ca,
    ProxySettings proxy,
    Patience patience) {

  /** No repository at all: nothing can be pulled, and every pull says so. */
  public static final RegistrySettings NONE = of(List.of());

  public RegistrySettings {
    repositories = List.copyOf(repositories);
    repositories.forEach(Address::check);
  }

  /** These repositories, everything else as it is by default. */
  public static RegistrySettings of(List<String> repositories) {
    return new RegistrySettings(repositories, null, null, ProxySettings.NONE, Patience.DEFAULT);
  }

  /** How all that are remote are reached. */
  Connections connections() {
    return new Connections(ca, proxy, patience);
  }
}
