package io.fleetinstaller.io;

/** The error numbers of Linux that somebody can act on, in the words of its C library. */
final class Errno {

  private Errno() {}

  static String sentence(int code) {
    return switch (code) {
      case 1 -> "Operation not permitted";
      case 2 -> "No such file or directory";
      case 5 -> "Input/output error";
      case 13 -> "Permission denied";
      case 20 -> "Not a directory";
      case 24 -> "Too many open files";
      case 28 -> "No space left on device";
      case 30 -> "Read-only file system";
      case 95 -> "Operation not supported";
      case 122 -> "Disk quota exceeded";
      default -> "error number " + code;
    };
  }
}
