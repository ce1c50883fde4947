package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.ReasonCode;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;

/** A key that can sign. */
record SigningKey(String name, PublicPart publicPart, PrivateKey key, Place place) {

  /** Where the private half is used. */
  sealed interface Place {}

  record Memory() implements Place {}

  record Token(Provider provider) implements Place {}

  byte[] sign(byte[] payload) throws Broken {
    try {
      Signature signature = publicPart.scheme().signature(place);
      signature.initSign(key);
      signature.update(payload);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new Broken(
          ReasonCode.IO_ERROR, "cannot sign with key %s: %s".formatted(name, e.getMessage()));
    }
  }

  /** False for a private and a public half that are not of one key. */
  boolean fits() throws Broken {
    byte[] sample = {1, 2, 3};
    return publicPart.verifies(sample, sign(sample));
  }
}
