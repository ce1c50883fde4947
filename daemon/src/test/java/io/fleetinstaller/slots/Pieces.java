package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;

/** Gives every file in pieces of odd sizes. */
class Pieces implements Supply {
  private final Parcel parcel;

  Pieces(Parcel parcel) {
    this.parcel = parcel;
  }

  byte[] content(Toc.Entry entry) {
    return parcel.content(entry.header().name());
  }

  @Override
  public void file(Toc.Entry entry, Sink sink) throws Fault, InterruptedException, IOException {
    byte[] content = content(entry);
    assertThat(content).isNotEmpty();
    for (int at = 0; at < content.length; at += 300_007) {
      sink.bytes(content, at, Math.min(300_007, content.length - at));
    }
  }

  @Override
  public void close() {}
}
