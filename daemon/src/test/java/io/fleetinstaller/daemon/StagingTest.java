package io.fleetinstaller.daemon;

import static io.fleetinstaller.supply.Editions.NAME;
import static io.fleetinstaller.supply.Editions.edit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.supply.LayoutServer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An upgrade gets its bytes by whichever way works, and the same slot comes out. */
@Timeout(60)
class StagingTest {
  @TempDir private static Path shared;
  private static TwoEditions made;
  private static Release two;

  private PullingHost host;

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

  @Test
  void the_cheapest_way_that_works_is_taken_and_told() throws Exception {
    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta");
    assertSame();
  }

  @Test
  void delta_and_hashed_ranges_fail_one_after_another_and_the_whole_serves() throws Exception {
    lie(part ->
        isTable(part) || (part.isWhole() && !made.isDelta(part))
            ? Optional.empty()
            : Optional.of(noise(part)));

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by ranges failed", "as a whole");
    assertSame();
  }

  @MethodSource("refusalsOfParts")
  @ParameterizedTest
  void a_registry_that_gives_no_parts_as_they_should_be_gives_the_whole(
      Function<LayoutServer.Part, MockResponse> answer) throws Exception {
    lie(part -> part.isWhole() ? Optional.empty() : Optional.of(answer.apply(part)));

    host.stage(two);

    assertThat(host.told()).containsExactly("as a whole");
    assertThat(host.notes.getFirst()).matches("(?s)no table of contents: .*cannot .*");
    assertSame();
  }

  @EnumSource
  @ParameterizedTest
  void why_there_is_no_table_of_contents_is_told(NoTable registry) throws Exception {
    lie(part -> part.isWhole() ? Optional.empty() : Optional.of(registry.answer(part)));

    host.stage(two);

    assertThat(host.told()).containsExactly("as a whole");
    assertThat(host.notes.getFirst()).startsWith("no table of contents: ").contains(registry.why);
    assertSame();
  }

  /** How a registry that has the layer does not give the table behind it. */
  enum NoTable {
    KNOWS_NO_RANGES("it gives blobs as a whole only") {
      @Override
      MockResponse answer(LayoutServer.Part part) {
        return LayoutServer.whole(part.blob());
      }
    },
    ANOTHER_RANGE("it answered with another part than the one") {
      @Override
      MockResponse answer(LayoutServer.Part part) {
        return another("bytes 5-10/100").build();
      }
    },
    ZEROS("digest-mismatch: cannot accept the table of contents of ") {
      @Override
      MockResponse answer(LayoutServer.Part part) {
        return part.answer(new byte[part.to() - part.from()]);
      }
    };

    private final String why;

    NoTable(String why) {
      this.why = why;
    }

    abstract MockResponse answer(LayoutServer.Part part);
  }

  @MethodSource("refusalsOfParts")
  @ParameterizedTest
  void a_registry_that_gives_the_table_and_then_no_parts_gives_the_whole(
      Function<LayoutServer.Part, MockResponse> answer) throws Exception {
    lie(part ->
        isTable(part) || (part.isWhole() && !made.isDelta(part))
            ? Optional.empty()
            : Optional.of(answer.apply(part)));

    host.stage(two);

    assertThat(host.told())
        .as("no byte was wrong, so nothing is asked for again")
        .containsOnlyOnce("by ranges failed")
        .endsWith("by ranges failed", "as a whole");
    assertSame();
  }

  static List<Function<LayoutServer.Part, MockResponse>> refusalsOfParts() {
    return List.of(
        _ -> another("bytes 5-10/100").build(),
        part -> new MockResponse.Builder().code(206).body("without a word of where").build(),
        _ -> another("bytes */100").build(),
        _ -> new MockResponse.Builder().code(403).build(),
        _ -> new MockResponse.Builder().code(500).build(),
        _ -> new MockResponse.Builder().code(429).addHeader("Retry-After", "5").build(),
        part -> LayoutServer.redirect("/v2/agents/agent/blobs/" + Digest.of(part.blob())),
        part ->
            part.answer(part.bytes())
                .newBuilder()
                .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
  }

  @Test
  void a_delta_whose_blocks_are_lost_in_the_registry_does_not_hide_the_ranges() throws Exception {
    lie(part ->
        made.isDelta(part)
            ? Optional.of(new MockResponse.Builder().code(502).build())
            : Optional.empty());

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by ranges");
    assertSame();
  }

  @Test
  void a_registry_that_is_busy_in_the_middle_is_asked_for_the_same_again() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    lie(part ->
        made.isDelta(part)
            ? switch (asked.getAndIncrement()) {
              case 0 -> Optional.of(cut(part));
              case 1, 2, 3, 4, 5, 6, 7, 8 ->
                  Optional.of(new MockResponse.Builder().code(503).build());
              default -> Optional.empty();
            }
            : Optional.empty());

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by a delta");
    assertSame();
  }

  @Test
  void ranges_that_broke_go_on_with_the_rest_and_so_does_the_next_try() throws Exception {
    AtomicInteger parts = new AtomicInteger();
    lie(part -> {
      if (part.blob()[0] == '{' || isTable(part)) {
        return Optional.empty();
      }
      boolean first = !made.isDelta(part) && !part.isWhole() && parts.getAndIncrement() == 0;
      return first
          ? Optional.of(cut(part))
          : Optional.of(new MockResponse.Builder().code(503).build());
    });
    Fault fault = catchThrowableOfType(Fault.class, () -> host.stage(two));
    lie(part -> made.isDelta(part) ? Optional.of(noise(part)) : Optional.empty());
    List<String> broken = host.told();

    host.stage(two);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
    assertThat(broken).containsExactly("by ranges failed", "by ranges failed", "as a whole failed");
    assertThat(host.notes.getFirst()).isEqualTo("going on with what an earlier try left");
    assertThat(host.told().getLast()).isEqualTo("by ranges");
    assertSame();
  }

  @Test
  void a_way_that_breaks_at_the_same_place_each_time_gives_way_to_the_next() throws Exception {
    lie(part -> made.isDelta(part) ? Optional.of(cut(part)) : Optional.empty());

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by a delta failed", "by ranges");
    assertSame();
  }

  @Test
  void parts_that_break_each_time_before_anything_came_of_them_give_way_to_the_whole()
      throws Exception {
    lie(part ->
        part.blob()[0] == '{' || isTable(part) || (part.isWhole() && !made.isDelta(part))
            ? Optional.empty()
            : Optional.of(cut(part)));

    host.stage(two);

    assertThat(host.told()).endsWith("by ranges failed", "as a whole");
    assertSame();
  }

  @Test
  void what_rotted_here_does_not_make_parts_that_break_each_time_look_nearer() throws Exception {
    edit(host.slots.whole(NAME, made.one()).orElseThrow().path().resolve("small/file-1"), 100);
    lie(part ->
        part.blob()[0] == '{' || isTable(part) || part.isWhole()
            ? Optional.empty()
            : Optional.of(cut(part)));

    host.stage(two);

    assertThat(host.told())
        .startsWith("by a delta failed")
        .endsWith("by ranges failed", "by ranges failed", "as a whole");
    assertSame();
  }

  /** Half of it, and then nothing more. */
  private static MockResponse cut(LayoutServer.Part part) {
    return part.answer(part.bytes())
        .newBuilder()
        .onResponseBody(new SocketEffect.CloseSocket())
        .build();
  }

  @Test
  void when_no_way_works_the_whole_tells_what_is_wrong() throws Exception {
    lie(part ->
        part.blob()[0] == '{'
            ? Optional.empty()
            : Optional.of(new MockResponse.Builder().code(part.isWhole() ? 503 : 403).build()));

    Fault fault = catchThrowableOfType(Fault.class, () -> host.stage(two));

    assertThat(fault).isInstanceOf(Fault.Transient.class).hasMessageContaining("503");
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
  }

  @Test
  void a_repository_with_a_wrong_table_is_passed_over_for_the_next() throws Exception {
    host.pullFrom(2);
    lie(part -> part.isWhole() ? Optional.empty() : Optional.of(noise(part)));

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta");
    assertThat(host.servers.getLast().ranges).as("the table").hasSize(1);
    assertSame();
  }

  @Test
  void a_repository_with_wrong_parts_is_passed_over_for_the_next() throws Exception {
    host.pullFrom(2);
    lie(part ->
        (part.isWhole() && !made.isDelta(part)) || isTable(part)
            ? Optional.empty()
            : Optional.of(noise(part)));
    host.servers
        .getLast()
        .lie(part -> made.isDelta(part) ? Optional.of(noise(part)) : Optional.empty());

    host.stage(two);

    assertThat(host.told()).containsExactly("by a delta failed", "by ranges failed", "by ranges");
    assertSame();
  }

  @Test
  void for_a_file_of_this_host_that_rotted_no_repository_is_passed_over() throws Exception {
    host.pullFrom(2);
    edit(host.slots.whole(NAME, made.one()).orElseThrow().path().resolve("small/file-1"), 100);

    host.stage(two);

    assertThat(host.told())
        .as("nothing is fetched of which a slot's rotten file would be part")
        .containsExactly("by a delta failed", "by ranges");
    assertThat(host.servers.getLast().ranges).isEmpty();
    assertSame();
  }

  @Test
  void parts_that_were_wrong_once_still_serve_while_the_other_repository_is_down()
      throws Exception {
    host.pullFrom(2);
    host.servers.getLast().close();
    AtomicBoolean lied = new AtomicBoolean();
    lie(part ->
        made.isDelta(part) || (!part.isWhole() && !isTable(part) && !lied.getAndSet(true))
            ? Optional.of(noise(part))
            : Optional.empty());

    host.stage(two);

    assertThat(host.told()).endsWith("by ranges failed", "by ranges");
    assertSame();
  }

  @Test
  void what_failed_ways_and_tables_cost_is_told_too() throws Exception {
    lie(part -> made.isDelta(part) ? Optional.of(noise(part)) : Optional.empty());
    host.servers.getLast().requests.clear();

    host.stage(two);

    assertThat(host.notes).hasSize(3);
    assertThat(host.notes.getFirst()).matches("by a delta failed after .* in 1 request: .*");
    assertThat(host.servers.getLast().requests)
        .as("what was told, the manifest and the descriptor")
        .hasSize(host.notes.stream().mapToInt(StagingTest::requests).sum() + 2);
    assertThat(host.notes.getLast()).matches("to find the way, .* in 5 requests");
  }

  @Test
  void a_whole_that_failed_is_told_with_what_it_cost() throws Exception {
    host.pullFrom(2);
    MockResponse no = new MockResponse.Builder().code(403).build();
    lie(part -> part.isWhole() ? Optional.of(noise(part)) : Optional.of(no));
    host.servers.getLast().lie(part -> part.isWhole() ? Optional.empty() : Optional.of(no));

    host.stage(two);

    assertThat(host.told()).containsExactly("as a whole failed", "as a whole");
    assertThat(host.notes.get(1)).matches("as a whole failed after .* MiB in 1 request: .*");
    assertSame();
  }

  /** What the first repository answers instead of the truth. */
  private void lie(Function<LayoutServer.Part, Optional<MockResponse>> instead) {
    host.servers.getFirst().lie(instead);
  }

  /** The slot is sound, and the same as on a host that fetched the whole from an honest server. */
  private void assertSame() throws Exception {
    assertThat(host.contents(two)).isEqualTo(made.expected());
  }

  private static int requests(String note) {
    return Integer.parseInt(note.replaceFirst("(?s).* in ([0-9]+) request.*", "$1"));
  }

  private static boolean isTable(LayoutServer.Part part) {
    return part.from() >= 8
        && Arrays.equals(
            Arrays.copyOfRange(part.blob(), part.from() - 8, part.from() - 4),
            new byte[] {0x50, 0x2a, 0x4d, 0x18});
  }

  private static MockResponse noise(LayoutServer.Part part) {
    byte[] noise = new byte[part.to() - part.from()];
    new Random(part.from()).nextBytes(noise);
    return part.isWhole() ? LayoutServer.whole(noise) : part.answer(noise);
  }

  private static MockResponse.Builder another(String part) {
    return new MockResponse.Builder().code(206).addHeader("Content-Range", part).body("garbage");
  }
}
