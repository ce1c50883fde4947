package io.fleetinstaller.slots;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import java.io.IOException;
import java.util.Optional;

/** What is in one file. */
interface Content {

  /** Writes all of it; an IOException is one of where it comes from, never of the disk. */
  void write(NewFile file) throws IOException, Fault, InterruptedException;

  /** What its digest has to be, if that is known beforehand. */
  Optional<Digest> digest();

  /** Looks whether what was written is right, in the thread that hashes. */
  void check(Digest found) throws Refused;
}
