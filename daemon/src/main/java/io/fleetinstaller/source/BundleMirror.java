package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.TarIndex;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A mirror in one file. Who gave the file does not matter: what is in it is verified. */
record BundleMirror(Path file) implements Mirror {

  @Override
  public String address() {
    return "bundle:" + file;
  }

  @Override
  public Latest latest(String path, long maxBytes, Validator validator) throws Failure {
    byte[] bytes = read(FolderMirror.decoded(path), maxBytes);
    Validator found = Validator.of(bytes);
    return new Latest(found.equals(validator) ? Optional.empty() : Optional.of(bytes), found);
  }

  private byte[] read(String name, long maxBytes) throws Failure {
    try (TarIndex index = TarIndex.open(file)) {
      long size =
          index
              .size(name)
              .orElseThrow(() -> Failure.lasting(ReasonCode.NOT_FOUND, "it does not hold that"));
      if (size > maxBytes) {
        throw Failure.lasting(
            ReasonCode.TOO_LARGE, "it is over the %d bytes allowed".formatted(maxBytes));
      }
      return index.open(name).readNBytes((int) size);
    } catch (NoSuchFileException _) {
      throw Failure.lasting(ReasonCode.NOT_FOUND, "there is no such bundle");
    } catch (IOException e) {
      throw Failure.lasting(ReasonCode.MALFORMED, "it is no bundle: " + e.getMessage());
    }
  }
}
