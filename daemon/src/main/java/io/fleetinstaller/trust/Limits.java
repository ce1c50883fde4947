package io.fleetinstaller.trust;

/** The most that is ever read, followed or kept, whoever signed for more. */
final class Limits {
  /** Bytes of one role's file; what other clients read too. */
  static final int ROOT = 512_000;

  static final int TIMESTAMP = 16_384;
  static final int SNAPSHOT = 2_000_000;
  static final int TARGETS = 5_000_000;

  /** Bytes of a target that is held in memory whole. */
  static final long TARGET = 64L << 20;

  /** New roots in one refresh; the next refresh goes on from there. */
  static final int ROOTS = 256;

  /** Roles that are asked about one path, and how far below the top one. */
  static final int ROLES = 256;

  static final int DEPTH = 16;

  /** Roles that one role may delegate to. */
  static final int DELEGATIONS = 1024;

  /** A quoted role name becomes part of a file name. */
  static final int NAME = 200;

  private Limits() {}
}
