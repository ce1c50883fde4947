package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.supply.LayoutServer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A repository that is right at first, and wrong from some byte on: nothing of that is left. */
@Timeout(60)
final class ChangingServerTest {
  @TempDir private static Path shared;
  private static TwoEditions made;
  private static Release two;

  private final AtomicInteger changes = new AtomicInteger();
  private PullingHost host;

  /** How a server goes on whose copy changed when the connection had broken. */
  enum Change {
    /** As if nothing had happened: the bytes of the other copy from the same place on. */
    SAME_PLACE {
      @Override
      MockResponse answer(LayoutServer.Part rest) {
        return rest.answer(noise(rest.to() - rest.from()))
            .newBuilder()
            .setHeader("ETag", "\"after\"")
            .build();
      }
    },
    /** As If-Range asks: the other copy from its beginning. */
    FROM_THE_BEGINNING {
      @Override
      MockResponse answer(LayoutServer.Part rest) {
        return LayoutServer.whole(noise(rest.blob().length));
      }
    },
    /** The same, and the other copy has another length. */
    ANOTHER_LENGTH {
      @Override
      MockResponse answer(LayoutServer.Part rest) {
        return LayoutServer.whole(noise(rest.blob().length + 1));
      }
    };

    abstract MockResponse answer(LayoutServer.Part rest);
  }

  /** How what is asked for is wrong behind its first half. */
  enum Wrong {
    ONE_BYTE {
      @Override
      int end(int middle, int length) {
        return middle + 1;
      }
    },
    ALL {
      @Override
      int end(int middle, int length) {
        return length;
      }
    };

    abstract int end(int middle, int length);

    Optional<MockResponse> half(LayoutServer.Part part) {
      byte[] bytes = part.bytes();
      int middle = bytes.length / 2;
      for (int i = middle; i < end(middle, bytes.length); i++) {
        bytes[i] ^= 0x55;
      }
      return Optional.of(part.isWhole() ? LayoutServer.whole(bytes) : part.answer(bytes));
    }
  }

  @BeforeAll
  static void two_editions_and_what_leads_from_one_to_the_other() throws Exception {
    made = TwoEditions.in(shared);
    two = made.two();
  }

  @BeforeEach
  void a_host_with_the_first_edition(@TempDir Path folder) throws Exception {
    host = made.host(folder);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @EnumSource
  @ParameterizedTest
  void a_delta_that_is_wrong_from_its_middle_on_leaves_nothing_and_the_ranges_serve(Wrong wrong)
      throws Exception {
    lie(part -> made.isDelta(part) ? wrong.half(part) : Optional.empty());

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by ranges");
    assertRight();
  }

  @EnumSource
  @ParameterizedTest
  void parts_that_are_wrong_from_their_middle_on_leave_nothing_and_the_whole_serves(Wrong wrong)
      throws Exception {
    lie(part -> made.isDelta(part) || isContent(part) ? wrong.half(part) : Optional.empty());

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by ranges failed", "as a whole");
    assertRight();
  }

  @EnumSource
  @ParameterizedTest
  void where_the_whole_is_wrong_from_its_middle_on_too_only_the_old_slot_is_left(Wrong wrong)
      throws Exception {
    List<String> before = host.left();
    lie(part -> made.isDelta(part) || isLayer(part) ? wrong.half(part) : Optional.empty());

    Fault fault = catchThrowableOfType(Fault.class, () -> host.stage(two));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(host.told()).last().isEqualTo("as a whole failed");
    assertThat(host.left()).isEqualTo(before).hasSize(1);
  }

  @Test
  void a_good_table_and_then_the_whole_layer_for_each_part_is_no_supply_of_parts()
      throws Exception {
    lie(part ->
        isContent(part) ? Optional.of(LayoutServer.whole(part.blob())) : withoutDelta(part));

    host.stage(two);

    assertThat(host.told())
        .as("no byte was wrong, so nothing is asked for again")
        .containsExactly("by a delta failed", "by ranges failed", "as a whole");
    assertRight();
  }

  @EnumSource
  @ParameterizedTest
  void a_layer_that_changes_within_a_part_is_found_out_and_the_whole_serves(Change change)
      throws Exception {
    lie(part -> isContent(part) ? Optional.of(changed(part, change)) : withoutDelta(part));

    host.stage(two);

    assertThat(changes).hasPositiveValue();
    assertThat(host.told())
        .startsWith("by a delta failed", "by ranges failed")
        .endsWith("as a whole");
    assertRight();
  }

  @EnumSource
  @ParameterizedTest
  void a_layer_that_changes_within_the_stream_of_the_whole_comes_from_the_next_repository(
      Change change) throws Exception {
    host.pullFrom(2);
    host.servers.getLast().lie(ChangingServerTest::withoutTable);
    lie(part -> isLayer(part) ? Optional.of(changed(part, change)) : withoutTable(part));

    host.stage(two);

    assertThat(changes).hasPositiveValue();
    assertThat(host.told()).endsWith("as a whole");
    assertRight();
  }

  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ANOTHER_LENGTH")
  @ParameterizedTest
  void a_layer_that_changes_within_the_stream_of_the_only_whole_leaves_nothing(Change change)
      throws Exception {
    List<String> before = host.left();
    lie(part -> isLayer(part) ? Optional.of(changed(part, change)) : withoutTable(part));

    Fault fault = catchThrowableOfType(Fault.class, () -> host.stage(two));

    assertThat(changes).hasPositiveValue();
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(host.left()).isEqualTo(before).hasSize(1);
  }

  private void lie(Function<LayoutServer.Part, Optional<MockResponse>> instead) {
    host.servers.getFirst().lie(instead);
  }

  /** The slot is right, and there is nothing beside it and the one that was there before. */
  private void assertRight() throws Exception {
    assertThat(host.contents(two)).isEqualTo(made.expected());
    assertThat(host.left()).hasSize(2);
  }

  /** The first half of what is asked for; whoever asks for the rest meets the other copy. */
  private MockResponse changed(LayoutServer.Part part, Change change) {
    if (!begins(part)) {
      changes.incrementAndGet();
      return change.answer(part);
    }
    byte[] bytes = part.bytes();
    MockResponse answer = part.isWhole() ? LayoutServer.whole(bytes) : part.answer(bytes);
    return answer
        .newBuilder()
        .body(new Buffer().write(bytes, 0, bytes.length / 2))
        .setHeader("Content-Length", bytes.length)
        .addHeader("ETag", "\"before\"")
        .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }

  /** Whether it is no rest of what broke off: what begins with a frame, or with a layer. */
  private static boolean begins(LayoutServer.Part part) {
    byte[] magic = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
    return Arrays.equals(
        Arrays.copyOfRange(part.blob(), part.from(), part.from() + magic.length), magic);
  }

  private static Optional<MockResponse> withoutDelta(LayoutServer.Part part) {
    return made.isDelta(part)
        ? Optional.of(new MockResponse.Builder().code(502).build())
        : Optional.empty();
  }

  private static Optional<MockResponse> withoutTable(LayoutServer.Part part) {
    return isTable(part)
        ? Optional.of(new MockResponse.Builder().code(403).build())
        : Optional.empty();
  }

  /** Parts of the layer that are not its table. */
  private static boolean isContent(LayoutServer.Part part) {
    return !part.isWhole() && !made.isDelta(part) && !isTable(part);
  }

  private static boolean isLayer(LayoutServer.Part part) {
    return !made.isDelta(part) && !isTable(part) && !isDocument(part);
  }

  private static boolean isDocument(LayoutServer.Part part) {
    return part.blob().length < 100_000;
  }

  private static boolean isTable(LayoutServer.Part part) {
    return part.from() >= 8
        && Arrays.equals(
            Arrays.copyOfRange(part.blob(), part.from() - 8, part.from() - 4),
            new byte[] {0x50, 0x2a, 0x4d, 0x18});
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }
}
