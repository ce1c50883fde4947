package io.fleetinstaller.registry;

import io.fleetinstaller.release.ReasonCode;
import java.util.Optional;

/** A repository of a registry that speaks OCI distribution. */
record RemoteRepository(Address.Remote address, Courier courier) implements Repository {
  private static final String PULL = "pull";

  @Override
  public byte[] manifest(String reference) throws Failure, InterruptedException {
    return courier.call(address, PULL, new ManifestPull(address, reference));
  }

  @Override
  public Body blob(Blob blob, Resumption resumption) throws Failure, InterruptedException {
    Optional<Body> body = courier.call(address, PULL, new BlobPull(address, blob, resumption));
    return body.isPresent() ? body.get() : whole(blob);
  }

  private Body whole(Blob blob) throws Failure, InterruptedException {
    return courier
        .call(address, PULL, new BlobPull(address, blob, Resumption.START))
        .orElseThrow(
            () -> Failure.lasting(ReasonCode.REGISTRY_ERROR, "it answered 416 to no range"));
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
