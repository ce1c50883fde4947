package io.fleetinstaller.registry;

/** A repository of a registry that speaks OCI distribution. */
record RemoteRepository(Address.Remote address, Courier courier) implements Repository {
  private static final String PULL = "pull";

  @Override
  public byte[] manifest(String reference) throws Failure, InterruptedException {
    return courier.call(address, PULL, new ManifestPull(address, reference));
  }

  @Override
  public Body blob(Blob blob, Resumption resumption) throws Failure, InterruptedException {
    return courier.call(address, PULL, new BlobPull(address, blob, resumption));
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
