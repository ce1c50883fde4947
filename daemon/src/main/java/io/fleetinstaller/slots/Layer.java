package io.fleetinstaller.slots;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.io.InputStream;

/**
 * One layer of a release, to be unpacked while it arrives.
 *
 * @param size of the packed bytes
 */
public record Layer(long size, Compression compression, Opener opener) {

  /** Where the packed bytes come from. */
  @FunctionalInterface
  public interface Opener {

    /**
     * Opens them. The stream is read in a thread of its own; it checks their digest and size before
     * it says that it is at its end. A {@link io.fleetinstaller.io.Faulted} from it is what went
     * wrong; any other IOException means that the transfer broke.
     */
    InputStream open() throws IOException, Fault, InterruptedException;
  }
}
