package io.fleetinstaller.supply;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.registry.Span;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartsTest {
  private static final int SIZE = 10_000;
  private static final int PARTS = 20;

  private final byte[] layer = new byte[PARTS * SIZE];
  private final Set<byte[]> memory =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  @Test
  void the_memory_of_a_few_parts_serves_them_all() throws Exception {
    new Random(1).nextBytes(layer);
    Parts parts =
        new Parts(
            IntStream.range(0, PARTS)
                .mapToObj(i -> new Span((long) i * SIZE, (i + 1L) * SIZE - i))
                .toList(),
            this::open);

    try (parts) {
      for (int i = 0; i < PARTS; i++) {
        int from = i * SIZE;
        int to = from + SIZE - i;
        assertThat(parts.at(from, to).readAllBytes())
            .isEqualTo(Arrays.copyOfRange(layer, from, to));
      }
    }

    assertThat(memory).hasSizeLessThanOrEqualTo(3);
  }

  private InputStream open(Span span) {
    return new ByteArrayInputStream(layer, (int) span.from(), (int) span.length()) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        memory.add(into);
        return super.read(into, offset, length);
      }

      @Override
      public int readNBytes(byte[] into, int offset, int length) {
        memory.add(into);
        return super.readNBytes(into, offset, length);
      }
    };
  }
}
