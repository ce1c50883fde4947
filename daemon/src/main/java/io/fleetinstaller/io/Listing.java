package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Lists folders without waiting for anybody, whatever stands where the folder was. */
public final class Listing {

  private Listing() {}

  /**
   * What is in this folder, in no order.
   *
   * @throws NotDirectoryException when it is none, nor a link to one
   */
  public static List<Path> of(Path folder) throws IOException {
    // Opening a pipe, to find out that it is no folder, would wait for a writer for ever.
    if (!Files.readAttributes(folder, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(folder.toString());
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      List<Path> children = new ArrayList<>();
      stream.forEach(children::add);
      return children;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
