package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.FloorRate;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a blob in one stream, however many connections and repositories they take. The last
 * byte is handed out only after size and digest of all of them were right; the bytes of a part are
 * proven by whoever asked for it. Not thread-safe.
 */
final class BlobStream extends InputStream {
  /** Less than this between two breaks is not progress, or a trickle could go on for ever. */
  private static final long PROGRESS = 256 << 10;

  private final Download download;
  private final long end;
  private final boolean whole;
  private final MessageDigest digest = Digest.algorithm();
  private @Nullable Body body;
  private @Nullable Repository repository;
  private FloorRate floor;
  private String validator = "";
  private long position;
  private long counted;
  private long again;
  private boolean gave;
  private boolean asked;

  private BlobStream(Download download) {
    this.download = download;
    this.end = download.span().to();
    this.whole = download.span().isWhole(download.blob());
    this.position = download.span().from();
    this.floor = new FloorRate(download.pace().patience());
  }

  /** Opens the stream; who cannot give the blob at all is found out here. */
  static BlobStream open(Download download) throws Fault, InterruptedException {
    BlobStream stream = new BlobStream(download);
    try {
      stream.begin();
      return stream;
    } catch (Fault | InterruptedException e) {
      download.turns().over();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (position == end || length == 0) {
      return position == end ? -1 : 0;
    }
    try {
      return deliver(buffer, offset, (int) Math.min(length, end - position));
    } catch (Fault fault) {
      throw new Faulted(fault);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while downloading");
    }
  }

  @Override
  public void close() throws IOException {
    download.turns().over();
    letGo();
  }

  private void letGo() throws IOException {
    Body open = body;
    body = null;
    if (open != null) {
      open.close();
    }
  }

  // An empty blob has no last byte to hold back, so it is proven here.
  private void begin() throws Fault, InterruptedException {
    while (body == null) {
      Repository next = download.turns().next();
      try {
        connect(next);
        prove(next);
      } catch (Failure failure) {
        broken(next, failure);
      }
    }
  }

  private int deliver(byte[] buffer, int offset, int length) throws Fault, InterruptedException {
    while (true) {
      download.traffic().mayGoOn();
      Repository next = download.turns().next();
      try {
        Body open = body == null ? connect(next) : body;
        int count = receive(open, buffer, offset, length);
        if (whole) {
          digest.update(buffer, offset, count);
        }
        position += count;
        prove(next);
        progress(count);
        return count;
      } catch (Failure failure) {
        broken(next, failure);
      }
    }
  }

  private Body connect(Repository next) throws Failure, InterruptedException {
    if (!next.equals(repository)) {
      validator = "";
      gave = false;
      repository = next;
    }
    Span rest = new Span(position, end);
    Resumption wanted = new Resumption(rest, !whole, asked, validator);
    asked = true;
    Body open = next.blob(download.blob(), wanted);
    body = open;
    validator = open.validator();
    floor = new FloorRate(download.pace().patience());
    if (whole) {
      checkSize(open);
      skip(open);
    } else if (open.from() != position) {
      throw Failure.lasting(ReasonCode.REGISTRY_ERROR, "it gives blobs as a whole only");
    } else {
      download.traffic().unproven(Sender.of(download.blob(), next));
    }
    return open;
  }

  private void checkSize(Body open) throws Failure {
    long found = open.from() + open.length().orElse(end - open.from());
    if (found != end || open.from() > position) {
      throw Failure.lasting(
          ReasonCode.SIZE_MISMATCH, "it has %d bytes instead of %d".formatted(found, end));
    }
  }

  // What was delivered from the first connection and what is skipped here are the same bytes, or
  // the digest of the whole will not be right.
  private void skip(Body open) throws Failure, InterruptedException {
    byte[] scratch = new byte[64 << 10];
    long left = position - open.from();
    again += left;
    if (again > download.blob().size()) {
      throw Failure.passing(
          ReasonCode.TRANSFER_BROKEN,
          "it sends a blob from its beginning only, and broke too often to go on after %d of %d bytes"
              .formatted(position, end));
    }
    while (left > 0) {
      left -= receive(open, scratch, 0, (int) Math.min(left, scratch.length));
    }
  }

  private int receive(Body open, byte[] buffer, int offset, int length)
      throws Failure, InterruptedException {
    Duration before = download.pace().time().elapsed();
    int count;
    try {
      count = open.bytes().read(buffer, offset, length);
    } catch (IOException e) {
      throw trouble(e);
    }
    if (count < 0) {
      throw Failure.passing(
          ReasonCode.TRANSFER_BROKEN, "it ended after %d of %d bytes".formatted(position, end));
    }
    gave = true;
    download.turns().over();
    download.traffic().came(count);
    floor.arrived(count, download.pace().time().elapsed().minus(before));
    download.throttle().pay(count);
    return count;
  }

  private Failure trouble(IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while downloading");
    }
    Optional<Failure> known =
        e.getCause() instanceof Failure failure ? Optional.of(failure) : Optional.empty();
    return known.orElseGet(() ->
        Failure.passing(
            ReasonCode.TRANSFER_BROKEN,
            "the connection broke after %d of %d bytes (%s)"
                .formatted(position, end, e.getMessage())));
  }

  private void prove(Repository from) throws Fault {
    if (position < end || !whole) {
      return;
    }
    Digest found = Digest.of(digest);
    List<Sender> sender = List.of(Sender.of(download.blob(), from));
    if (!found.equals(download.blob().digest())) {
      download.suspects().add(sender);
      // Wrong bytes are out already; whoever read them must begin again.
      throw Failure.lasting(ReasonCode.DIGEST_MISMATCH, "its bytes have digest " + found)
          .asFault(
              "cannot use blob %s from %s: its bytes have digest %s"
                  .formatted(download.blob().digest(), from, found));
    }
    download.suspects().remove(sender);
  }

  private void progress(int count) {
    download.traffic().delivered(count);
    counted += count;
    if (counted >= PROGRESS) {
      counted = 0;
      download.turns().progress();
    }
  }

  private void broken(Repository next, Failure failure) {
    if (!whole && !gave) {
      download.suspects().gaveNothing(Sender.of(download.blob(), next));
    }
    try {
      letGo();
    } catch (IOException _) {
      // It is being given up; that it does not close well changes nothing.
    }
    download.turns().failed(failure);
  }
}
