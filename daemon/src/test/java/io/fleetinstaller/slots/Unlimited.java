package io.fleetinstaller.slots;

import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Scratch;
import java.io.IOException;
import java.nio.file.Path;

/** A real disk that says it has all the room in the world. */
final class Unlimited implements Scratch {
  private final Scratch scratch = new FileScratch();

  @Override
  public Free free(Path directory) {
    return new Free(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  @Override
  public void directory(Path directory) throws IOException {
    scratch.directory(directory);
  }

  @Override
  public Output file(Path file) throws IOException {
    return scratch.file(file);
  }

  @Override
  public void symlink(Path link, String target) throws IOException {
    scratch.symlink(link, target);
  }

  @Override
  public void hardlink(Path link, Path file) throws IOException {
    scratch.hardlink(link, file);
  }

  @Override
  public void attributes(Path path, Attributes attributes) throws IOException {
    scratch.attributes(path, attributes);
  }
}
