package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Pace;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Copies packages from a layout into a registry. What is there already is not sent again. */
public final class Push implements AutoCloseable {
  private final Repositories repositories;
  private final Pace pace;

  public Push(RegistrySettings settings, Time time, RandomGenerator chance) {
    this.repositories = new Repositories(settings, time, System.getenv());
    this.pace = new Pace(settings.connections().patience(), time, chance);
  }

  /**
   * Pushes everything below one top document, which becomes visible last.
   *
   * @param to its tag, or none: then the digest is all it is known by
   * @param said told of each thing that was sent or found there
   * @return the digest of the top document
   */
  public Digest run(Reference from, Reference to, Consumer<String> said)
      throws Fault, InterruptedException {
    if (!(from.address() instanceof Address.Folder folder)
        || !(to.address() instanceof Address.Remote remote)) {
      throw new Fault.Refused(
          ReasonCode.BAD_REQUEST,
          "cannot push %s to %s: it goes from a layout to a registry".formatted(from, to));
    }
    Layout layout = new Layout(folder.path());
    Digest top = top(layout, from);
    Reading reading = new Reading(from.toString(), List.of(layout), pace);
    Transfer transfer = new Transfer(reading, repositories.remote(remote), said);
    transfer.everything(top, to.name().isEmpty() ? top.toString() : to.name());
    return top;
  }

  /** Pushes the deltas that a layout has for this manifest, which is in the registry already. */
  public void deltas(Address.Folder from, Digest subject, Address.Remote to, Consumer<String> said)
      throws Fault, InterruptedException {
    Reading reading = new Reading(from.toString(), List.of(new Layout(from.path())), pace);
    new Transfer(reading, repositories.remote(to), said).deltas(subject);
  }

  private static Digest top(Layout layout, Reference from) throws Fault {
    try {
      return layout.digest(from.name());
    } catch (Failure failure) {
      throw failure.asFault("cannot push %s: %s".formatted(from, failure.why()));
    }
  }

  @Override
  public void close() {
    repositories.close();
  }

  /** One push. */
  private record Transfer(Reading from, RemoteRepository to, Consumer<String> said) {

    void everything(Digest digest, String name) throws Fault, InterruptedException {
      byte[] document = from.manifest(digest);
      switch (TopDocument.read(from.name() + " " + digest, document)) {
        case Index index -> {
          for (Index.Entry entry : index.entries()) {
            everything(entry.blob().digest(), entry.blob().digest().toString());
          }
          document(name, MediaTypes.INDEX, document);
        }
        case Manifest manifest -> {
          blob(manifest.config());
          for (Blob layer : manifest.layers()) {
            blob(layer);
          }
          document(name, MediaTypes.MANIFEST, document);
          deltas(digest);
        }
      }
    }

    void deltas(Digest subject) throws Fault, InterruptedException {
      for (DeltaRef ref : new Deltas(from, Traffic.UNNOTED).to(subject)) {
        Delta delta = new Deltas(from, Traffic.UNNOTED).open(ref, subject);
        byte[] document = from.manifest(ref.manifest());
        blob(delta.table());
        blob(delta.blocks());
        if (!document(ref.manifest().toString(), MediaTypes.MANIFEST, document)) {
          Blob manifest = new Blob(MediaTypes.MANIFEST, ref.manifest(), document.length);
          list(subject, Referrers.entry(manifest, DeltaRef.annotations(ref.from())));
        }
      }
    }

    /** In a registry that does not list by itself what refers to a manifest. */
    private void list(Digest subject, Map<String, Object> entry)
        throws Fault, InterruptedException {
      String tag = Referrers.tag(subject);
      Turns turns = new Turns("get manifest " + tag, List.of(to), from.pace());
      while (true) {
        turns.next();
        try {
          Optional<byte[]> known = to.referrers(subject).stream().findFirst();
          Optional<byte[]> more = Referrers.with(to + " " + tag, known, entry);
          if (more.isPresent()) {
            document(tag, MediaTypes.INDEX, more.get());
          }
          return;
        } catch (Failure failure) {
          turns.failed(failure);
        }
      }
    }

    private void blob(Blob blob) throws Fault, InterruptedException {
      Turns turns = new Turns("push blob " + blob.digest(), List.of(to), from.pace());
      while (true) {
        turns.next();
        try {
          boolean sent = to.put(blob, () -> open(blob));
          said.accept("blob %s %s".formatted(blob.digest(), sent ? "pushed" : "is there already"));
          return;
        } catch (Failure failure) {
          turns.failed(failure);
        }
      }
    }

    private InputStream open(Blob blob) throws IOException {
      try {
        Turns turns = new Turns("read blob " + blob.digest(), from.repositories(), from.pace());
        return BlobStream.open(new Download(blob, Span.whole(blob), turns, from.pace()));
      } catch (Fault fault) {
        throw new Faulted(fault);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while pushing");
      }
    }

    /** True where the registry lists it by itself under what it refers to. */
    private boolean document(String name, String mediaType, byte[] document)
        throws Fault, InterruptedException {
      Turns turns = new Turns("push manifest " + name, List.of(to), from.pace());
      while (true) {
        turns.next();
        try {
          boolean listed = to.put(name, mediaType, document);
          said.accept("manifest %s pushed".formatted(name));
          return listed;
        } catch (Failure failure) {
          turns.failed(failure);
        }
      }
    }
  }
}
