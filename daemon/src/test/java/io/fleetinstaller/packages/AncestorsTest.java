package io.fleetinstaller.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file of the old release a new one is packed against. */
final class AncestorsTest {
  @TempDir private Path folder;

  @Test
  void the_same_path_wins_over_all_that_is_more_alike() throws Exception {
    Unpacked.File same = file("lib/core.jar", noise(1, 50_000));
    Unpacked.File alike = file("lib/other.jar", noise(2, 50_000));
    Unpacked.File now = file("lib/core.jar", edited(noise(2, 50_000)));

    assertThat(ancestors(alike, same).of(now)).contains(same);
  }

  @Test
  void a_file_too_small_to_be_like_any_is_found_by_its_name_without_the_version() throws Exception {
    Unpacked.File old = file("lib-1.0/core-1.0.cfg", "port = 8080".getBytes(UTF_8));
    Unpacked.File other = file("lib-1.0/else-1.0.cfg", "port = 8081".getBytes(UTF_8));
    Unpacked.File now = file("lib-1.1/core-1.1.cfg", "port = 8082".getBytes(UTF_8));

    assertThat(ancestors(other, old).of(now)).contains(old);
  }

  @Test
  void of_several_names_that_differ_in_numbers_only_the_most_alike_is_taken() throws Exception {
    byte[] content = noise(3, 50_000);
    Unpacked.File nearest = file("lib/part-1.so", noise(4, 50_010));
    Unpacked.File alike = file("lib/part-2.so", content);
    Unpacked.File last = file("lib/part-9.so", noise(5, 50_009));
    Unpacked.File now = file("lib/part-3.so", joined(edited(content), noise(6, 10)));

    assertThat(ancestors(nearest, alike, last).of(now)).contains(alike);
  }

  @Test
  void of_several_that_are_not_alike_the_nearest_in_size_is_taken() throws Exception {
    Unpacked.File far = file("lib/part-1.so", noise(7, 40_000));
    Unpacked.File near = file("lib/part-2.so", noise(8, 49_000));
    Unpacked.File elsewhere = file("bin/agent", noise(9, 50_000));
    Unpacked.File now = file("lib/part-3.so", edited(noise(9, 50_000)));

    assertThat(ancestors(far, elsewhere, near).of(now)).contains(near);
  }

  private Ancestors ancestors(Unpacked.File... old) {
    return new Ancestors(new Unpacked(folder), List.of(old));
  }

  private Unpacked.File file(String name, byte[] content) throws IOException {
    Digest digest = Digest.of(content);
    Files.write(new Unpacked(folder).path(digest), content);
    return new Unpacked.File(name, digest, content.length);
  }

  /** The same but for one byte. */
  private static byte[] edited(byte[] content) {
    byte[] now = content.clone();
    now[content.length / 2]++;
    return now;
  }

  private static byte[] joined(byte[] head, byte[] tail) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head);
    all.writeBytes(tail);
    return all.toByteArray();
  }

  private static byte[] noise(int seed, int length) {
    byte[] noise = new byte[length];
    new Random(seed).nextBytes(noise);
    return noise;
  }
}
