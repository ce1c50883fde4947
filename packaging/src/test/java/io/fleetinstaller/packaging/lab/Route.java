package io.fleetinstaller.packaging.lab;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A way that a package can take on the host of the laboratory. */
enum Route {
  /** To a release that is well. */
  UPGRADE("with", "lab-new"),
  /** To a release that crashes. */
  REVERT("with", "lab-crash"),
  /** The same, but it takes seconds until it counts as well. */
  SLOW_UPGRADE("with", "lab-slow"),
  /** To a release that crashes after two seconds, before it counts as well. */
  LATE_REVERT("with", "lab-dies"),
  /** To a release that changes its data and crashes. */
  DATA_REVERT("with", "lab-spoils"),
  /** To a release that changes its data and is well. */
  DATA_UPGRADE("with", "lab-moves"),
  INSTALL("without", "lab-new"),
  BAD_INSTALL("without", "lab-crash"),
  REMOVAL("with", "absent"),
  /** Of the daemon itself, to a release that is well. */
  SELF_UPGRADE("self", "self-two"),
  /** Of the daemon itself, to a release that rehearses well and crashes. */
  SELF_REVERT("self", "self-crash"),
  /** Of the daemon itself, to a release that comes up, finds itself unwell and goes back. */
  SELF_RETURN("self", "self-sick");

  /** Those whose every effect is tried. */
  static final List<Route> TRIED =
      List.of(
          UPGRADE,
          REVERT,
          DATA_UPGRADE,
          DATA_REVERT,
          INSTALL,
          BAD_INSTALL,
          REMOVAL,
          SELF_UPGRADE,
          SELF_REVERT,
          SELF_RETURN);

  private static final List<String> WELL = List.of("lab-new", "lab-slow", "lab-moves", "self-two");
  private static final String SELF = "self";

  private final String scene;
  private final String wish;

  Route(String scene, String wish) {
    this.scene = scene;
    this.wish = wish;
  }

  /** What the host is before. */
  String scene() {
    return scene;
  }

  /** What is asked for. */
  String wish() {
    return wish;
  }

  /** Whether it is the daemon that is upgraded: the agents must not notice. */
  boolean isOwn() {
    return scene.equals(SELF);
  }

  /** The package that takes it. */
  String subject() {
    return isOwn() ? "fleet-installer" : "node-exporter";
  }

  /** The release that was there before, if one was. */
  String old() {
    return isOwn() ? "self-one" : "lab-old";
  }

  /** The version that serves when the host has not moved, or has gone back. */
  Optional<String> before() {
    return switch (scene) {
      case SELF -> Optional.of("0.1.0");
      case "with" -> Optional.of("1.5.0");
      default -> Optional.empty();
    };
  }

  /**
   * The version that serves when the upgrade has succeeded; nothing for what must never succeed.
   */
  Optional<String> after() {
    return WELL.contains(wish) ? Optional.of(isOwn() ? "0.2.0" : "1.9.0") : Optional.empty();
  }

  boolean canSucceed() {
    return this == REMOVAL || after().isPresent();
  }

  /** Whether the candidate is on trial in the place of a copy that worked. */
  boolean leavesACopy() {
    return before().isPresent() && this != REMOVAL;
  }

  /**
   * @throws IllegalArgumentException when there is none of this word
   */
  static Route of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace(' ', '_'));
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
