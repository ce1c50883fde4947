package io.fleetinstaller.registry;

/** Hard limits on what a repository may send. Sizes are in bytes. */
final class Limits {
  static final int MANIFEST = 4 << 20;
  static final int REFERRERS_PAGES = 8;
  static final int PLATFORMS = 1000;
  static final int LAYERS = 64;
  static final long LAYER = 16L << 30;
  static final int DELTA_TABLE = 8 << 20;
  static final int ERROR_BODY = 16 << 10;

  private Limits() {}
}
