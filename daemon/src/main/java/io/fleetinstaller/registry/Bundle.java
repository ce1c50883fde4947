package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.TarIndex;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.ReasonCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;

/** An OCI layout inside one archive, read where it lies. It is asked by digest only. */
record Bundle(Address.Bundle address) implements Repository {

  @Override
  public byte[] manifest(String reference) throws Failure {
    String name = entry(digest(reference));
    try (TarIndex index = TarIndex.open(address.file())) {
      if (size(index, name) > Limits.MANIFEST) {
        throw Failure.lasting(
            ReasonCode.TOO_LARGE,
            "%s is over the %d bytes allowed".formatted(name, Limits.MANIFEST));
      }
      return index.open(name).readAllBytes();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public Body blob(Blob blob, Resumption resumption) throws Failure {
    String name = entry(blob.digest());
    try {
      TarIndex index = TarIndex.open(address.file());
      try {
        long size = size(index, name);
        InputStream bytes = index.open(name);
        long from = bytes.skip(resumption.from());
        return new Body(closing(bytes, index), from, OptionalLong.of(size - from), "");
      } catch (Failure failure) {
        index.close();
        throw failure;
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private String entry(Digest digest) {
    return address.folder() + "/blobs/sha256/" + digest.hex();
  }

  private static long size(TarIndex index, String name) throws Failure {
    return index
        .size(name)
        .orElseThrow(() -> Failure.lasting(ReasonCode.NOT_FOUND, "it holds no " + name));
  }

  private static Digest digest(String reference) throws Failure {
    try {
      return Digest.parse(reference);
    } catch (IllegalArgumentException e) {
      throw Failure.lasting(ReasonCode.NOT_FOUND, String.valueOf(e.getMessage()));
    }
  }

  private static InputStream closing(InputStream bytes, TarIndex index) {
    return new FilterInputStream(bytes) {
      @Override
      public void close() throws IOException {
        index.close();
      }
    };
  }

  private static Failure failure(IOException e) {
    return e instanceof NoSuchFileException
        ? Failure.lasting(ReasonCode.NOT_FOUND, e.getMessage() + " does not exist")
        : Failure.unreadable("reading it failed: " + e.getMessage(), e);
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
