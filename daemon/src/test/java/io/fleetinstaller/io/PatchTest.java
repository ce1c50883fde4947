package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PatchTest {
  private static final int MEBIBYTE = 1 << 20;

  @Test
  void what_the_window_has_costs_next_to_nothing_and_comes_back() throws Exception {
    byte[] window = noise(1, 3 * MEBIBYTE);
    byte[] plain = Arrays.copyOfRange(window, MEBIBYTE, 3 * MEBIBYTE);
    plain[17]++;

    byte[] packed = Patch.pack(plain, window);

    assertThat(packed).hasSizeLessThan(2000);
    assertThat(unpacked(packed, window, plain.length)).isEqualTo(plain);
  }

  @Test
  void what_the_window_has_is_found_behind_however_many_short_matches() throws Exception {
    byte[] window = new byte[MEBIBYTE];
    Random random = new Random(7);
    for (int i = 0; i < window.length; i++) {
      window[i] = (byte) "ACGT".charAt(random.nextInt(4));
    }
    byte[] plain = window.clone();
    for (int i = 100; i < plain.length; i += 100_000) {
      plain[i]++;
    }

    byte[] packed = Patch.pack(plain, window);

    assertThat(packed).hasSizeLessThan(2000);
    assertThat(unpacked(packed, window, plain.length)).isEqualTo(plain);
  }

  @Test
  void a_window_that_looks_like_a_trained_dictionary_is_bytes_like_any_other() throws Exception {
    byte[] window = noise(2, 1000);
    System.arraycopy(new byte[] {0x37, (byte) 0xa4, 0x30, (byte) 0xec}, 0, window, 0, 4);

    byte[] packed = Patch.pack(window, window);

    assertThat(packed).hasSizeLessThan(50);
    assertThat(unpacked(packed, window, window.length)).isEqualTo(window);
  }

  @Test
  void no_window_is_a_frame_of_its_own() throws Exception {
    byte[] plain = noise(3, 100);

    byte[] packed = Patch.pack(plain, new byte[0]);

    assertThat(unpacked(packed, new byte[0], 100)).isEqualTo(plain);
  }

  @Test
  void a_bomb_ends_at_the_length_that_was_asked_for() {
    byte[] packed = Patch.pack(new byte[4 * MEBIBYTE], new byte[0]);

    assertThat(packed).hasSizeLessThan(1000);
    assertThatThrownBy(() -> unpacked(packed, new byte[0], 1000)).isInstanceOf(IOException.class);
  }

  @Test
  void another_window_gives_other_bytes_or_none() throws Exception {
    byte[] window = noise(4, 100_000);
    byte[] packed = Patch.pack(window, window);

    byte[] other = noise(5, 100_000);
    byte[] shorter = noise(5, 50);

    assertThat(unpacked(packed, other, window.length)).isNotEqualTo(window);
    assertThatThrownBy(() -> unpacked(packed, shorter, window.length))
        .isInstanceOf(IOException.class);
  }

  private static byte[] unpacked(byte[] packed, byte[] window, int length) throws IOException {
    try (Patch patch = new Patch(4 * MEBIBYTE, 4 * MEBIBYTE)) {
      patch.window().put(window).flip();
      patch.packed(packed.length).put(packed);
      ByteBuffer found = patch.unpack(length);
      byte[] plain = new byte[found.remaining()];
      found.get(plain);
      return plain;
    }
  }

  private static byte[] noise(int seed, int size) {
    byte[] noise = new byte[size];
    new Random(seed).nextBytes(noise);
    return noise;
  }
}
