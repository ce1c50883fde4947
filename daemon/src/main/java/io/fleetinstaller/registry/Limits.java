package io.fleetinstaller.registry;

/** Hard limits on what a repository may send. Sizes are in bytes. */
final class Limits {
  static final int MANIFEST = 4 << 20;
  static final int REFERRERS_PAGES = 8;

  /** Nothing proves such a list, and what is made of it in memory is many times as large. */
  static final int REFERRERS = 256 << 10;

  /** Of manifests that only such a list names. */
  static final int DELTA_MANIFEST = 64 << 10;

  static final int PLATFORMS = 1000;
  static final int LAYERS = 64;
  static final long LAYER = 16L << 30;
  static final int DELTA_TABLE = 2 << 20;
  static final int ERROR_BODY = 16 << 10;

  private Limits() {}
}
