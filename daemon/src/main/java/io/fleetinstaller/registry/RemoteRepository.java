package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.ReasonCode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A repository of a registry that speaks OCI distribution. */
record RemoteRepository(Address.Remote address, Courier courier) implements Repository {
  private static final String PULL = "pull";
  private static final String PUSH = "pull,push";

  @Override
  public byte[] manifest(String reference) throws Failure, InterruptedException {
    String name = reference.isEmpty() ? "latest" : reference;
    return courier.call(address, PULL, new ManifestPull(address, name));
  }

  @Override
  public List<byte[]> referrers(Digest subject) throws Failure, InterruptedException {
    List<byte[]> pages = pages(subject);
    return pages.isEmpty() ? Repository.super.referrers(subject) : pages;
  }

  private List<byte[]> pages(Digest subject) throws Failure, InterruptedException {
    List<byte[]> pages = new ArrayList<>();
    Optional<ReferrersPull> next = Optional.of(ReferrersPull.first(address, subject));
    while (next.isPresent() && pages.size() < Limits.REFERRERS_PAGES) {
      ReferrersPull pull = next.get();
      Optional<ReferrersPull.Page> page = courier.call(address, PULL, pull);
      page.ifPresent(read -> pages.add(read.index()));
      next = page.flatMap(pull::after);
    }
    return pages;
  }

  @Override
  public byte[] document(Blob blob) throws Failure, InterruptedException {
    return courier.call(address, PULL, new SmallBlobPull(address, blob));
  }

  @Override
  public Body blob(Blob blob, Resumption resumption) throws Failure, InterruptedException {
    Optional<Body> body = courier.call(address, PULL, new BlobPull(address, blob, resumption));
    return body.isPresent() ? body.get() : whole(blob);
  }

  private Body whole(Blob blob) throws Failure, InterruptedException {
    return courier
        .call(address, PULL, new BlobPull(address, blob, Resumption.start(blob)))
        .orElseThrow(
            () -> Failure.lasting(ReasonCode.REGISTRY_ERROR, "it answered 416 to no range"));
  }

  /** Puts a blob there; false when it was there already. */
  boolean put(Blob blob, Http.Content.Opener opener) throws Failure, InterruptedException {
    if (courier.call(address, PUSH, new BlobCheck(address, blob))) {
      return false;
    }
    URI place = courier.call(address, PUSH, new UploadStart(address));
    Http.Content content = new Http.Content("application/octet-stream", blob.size(), opener);
    return courier.call(address, PUSH, new UploadFinish(place, blob, content));
  }

  /**
   * Puts an index or a manifest there.
   *
   * @return whether the registry lists it by itself under what it refers to
   */
  boolean put(String reference, String mediaType, byte[] document)
      throws Failure, InterruptedException {
    return courier.call(address, PUSH, new ManifestPush(address, reference, mediaType, document));
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
