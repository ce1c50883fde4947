package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.release.ReasonCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A mirror in a folder, as a share or a disk that is carried from host to host. */
record FolderMirror(Path folder) implements Mirror {

  @Override
  public String address() {
    return "file:" + folder;
  }

  @Override
  public Latest latest(String path, long maxBytes, Validator validator) throws Failure {
    byte[] bytes = read(path, maxBytes);
    Validator found = Validator.of(bytes);
    return new Latest(found.equals(validator) ? Optional.empty() : Optional.of(bytes), found);
  }

  private byte[] read(String path, long maxBytes) throws Failure {
    int most = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
    try {
      byte[] bytes = Bounded.read(file(path), most);
      if (bytes.length > most) {
        throw Failure.lasting(
            ReasonCode.TOO_LARGE, "it is over the %d bytes allowed".formatted(most));
      }
      return bytes;
    } catch (NoSuchFileException | FileNotFoundException _) {
      throw Failure.lasting(ReasonCode.NOT_FOUND, "there is no such file");
    } catch (IOException e) {
      throw Failure.passing(ReasonCode.IO_ERROR, String.valueOf(e.getMessage()));
    }
  }

  private Path file(String path) throws Failure {
    try {
      Path file = folder.resolve(decoded(path)).normalize();
      if (file.startsWith(folder)) {
        return file;
      }
    } catch (InvalidPathException _) {
      // It is no path, so nothing is there.
    }
    throw Failure.lasting(ReasonCode.NOT_FOUND, "that leads out of the folder");
  }

  /** The name of a file as an address spells it, as it is. */
  static String decoded(String path) throws Failure {
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw Failure.lasting(ReasonCode.NOT_FOUND, "that is no path");
    }
  }
}
