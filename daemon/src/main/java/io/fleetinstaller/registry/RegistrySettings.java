package io.fleetinstaller.registry;

import io.fleetinstaller.http.Connections;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where packages come from and how they are asked for.
 *
 * @param repositories tried in this order, e.g. {@code
 *     https://registry.example.com/agents/{package}} or {@code file:/srv/layouts/{package}}; {@code
 *     {package}} stands for the package's name
 * @param authFile docker's config.json; null: nobody is logged in
 * @param connections how those that are remote are reached
 */
public record RegistrySettings(
    List<String> repositories, @Nullable Path authFile, Connections connections) {

  /** No repository at all: nothing can be pulled, and every pull says so. */
  public static final RegistrySettings NONE = of(List.of());

  public RegistrySettings {
    repositories = List.copyOf(repositories);
    repositories.forEach(Address::check);
  }

  /** These repositories, everything else as it is by default. */
  public static RegistrySettings of(List<String> repositories) {
    return new RegistrySettings(repositories, null, Connections.DEFAULT);
  }

  /** This repository, and then the others. */
  public RegistrySettings after(String first) {
    return new RegistrySettings(
        Stream.concat(Stream.of(first), repositories.stream()).toList(), authFile, connections);
  }

  /** The same repositories, reached in another way. */
  public RegistrySettings over(Connections other) {
    return new RegistrySettings(repositories, authFile, other);
  }
}
