package io.fleetinstaller.slots;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Collectors;

/** Makes a slot whole, by its marker, that a test has made by hand. */
public final class Sealed {
  private Sealed() {}

  public static void seal(Slot slot) throws IOException {
    Seal seal = new Seal(slot.path());
    byte[] descriptor = descriptor(slot).getBytes(UTF_8);
    byte[] contents = "nothing".getBytes(UTF_8);
    Files.createDirectories(slot.path().resolve(Layout.RESERVED));
    Files.write(seal.file(Seal.RELEASE), Seal.release(slot.release()));
    Files.write(seal.file(Seal.DESCRIPTOR), descriptor);
    Files.write(seal.file(Seal.CONTENTS), contents);
    Files.write(seal.file(Seal.MARKER), Seal.marker(Digest.of(contents), Digest.of(descriptor)));
  }

  private static String descriptor(Slot slot) {
    Platform platform = Platform.ofThisHost();
    String services =
        slot.descriptor().services().stream()
            .map(service ->
                """
                {"name":"%1$s","unitFile":"units/%1$s","command":{"argv":["bin/%1$s"]}}\
                """
                    .formatted(service.name()))
            .collect(Collectors.joining(","));
    return """
    {"formatVersion":1,"name":"%s","version":"%s",
     "platform":{"os":"%s","architecture":"%s"},"services":[%s],
     "unpackedSize":0,"entries":0}
    """
        .formatted(
            slot.release().name(),
            slot.release().version(),
            platform.os(),
            platform.architecture(),
            services);
  }
}
