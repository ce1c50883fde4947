package io.fleetinstaller.toc;

import io.fleetinstaller.io.JsonStream;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.util.Optional;

/**
 * One reading of a table that a slot has kept. Nobody vouches for it, so nothing is checked but its
 * form, and nothing of it is held: whoever uses a chunk hashes it.
 */
final class Hints {
  private final JsonStream json;
  private final TocFormat.Hint hint;
  private String name = "";

  Hints(JsonStream json, TocFormat.Hint hint) {
    this.json = json;
    this.hint = hint;
  }

  void read() throws Refused {
    json.object(key -> {
      if (key.equals("entries")) {
        json.list(_ -> row());
      } else {
        json.skip();
      }
    });
    json.end();
  }

  private void row() throws Refused {
    Row row = Row.read(json);
    if (!row.isChunk()) {
      // One text for all chunks of a file.
      name = row.name;
    }
    boolean whole = !row.isChunk() && row.chunkSize == 0;
    long length = whole ? row.size : row.chunkSize;
    Optional<Digest> digest = row.chunkDigest.isPresent() ? row.chunkDigest : row.digest;
    if (row.hasContent() && digest.isPresent() && length > 0) {
      hint.chunk(name, new Toc.Chunk(row.chunkOffset, length, digest.get(), Optional.empty()));
    }
  }
}
