package io.fleetinstaller.daemon;

import static io.fleetinstaller.supply.Editions.LARGE;
import static io.fleetinstaller.supply.Editions.NAME;
import static io.fleetinstaller.supply.Editions.contents;
import static io.fleetinstaller.supply.Editions.edit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.supply.Editions;
import io.fleetinstaller.supply.LayoutServer;
import io.fleetinstaller.supply.Ways;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Upgrade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An upgrade gets its bytes by whichever way works, and the same slot comes out. */
@Timeout(60)
class StagingTest {
  private final List<String> notes = new ArrayList<>();
  private final List<LayoutServer> servers = new ArrayList<>();
  @TempDir private static Path shared;
  private static Editions editions;
  private static Digest one;
  private static Release two;
  private static Path blocks;
  private static String expected;

  private Registry registry = new Registry(RegistrySettings.NONE, new FakeTime(), new Random(1));
  private Slots slots;
  private Staging staging;

  @BeforeAll
  static void two_editions_and_what_leads_from_one_to_the_other() throws Exception {
    editions = new Editions(shared);
    one = editions.build("1", editions.tree(1));
    Path changed = editions.tree(2);
    edit(changed.resolve("large"), LARGE / 2);
    Digest built = editions.build("2", changed);
    List<Path> before = blobs();
    editions.delta();
    List<Path> added = blobs();
    added.removeAll(before);
    blocks = added.stream().max(Comparator.comparingLong(file -> file.toFile().length())).get();
    try (LayoutServer honest = new LayoutServer(editions.layout());
        Registry registry = registry(List.of(honest))) {
      Image image = registry.resolve(NAME, built, Platform.ofThisHost());
      two = image.release();
      Ways ways = Ways.to(image, registry, (_, _) -> {});
      expected = contents(editions.slots("elsewhere").stage(ways.whole().delivery()));
    }
  }

  @BeforeEach
  void a_host_with_the_first_edition(@TempDir Path folder) throws Exception {
    slots = editions.slots(folder.getFileName().toString());
    pullFrom(1);
    stage(registry.resolve(NAME, one, Platform.ofThisHost()).release());
    notes.clear();
  }

  @AfterEach
  void stop() {
    registry.close();
    servers.forEach(LayoutServer::close);
  }

  @Test
  void the_cheapest_way_that_works_is_taken_and_told() throws Exception {
    stage(two);

    assertThat(told()).containsExactly("by a delta");
    assertSame();
  }

  @Test
  void delta_ranges_and_hashed_ranges_fail_one_after_another_and_the_whole_serves()
      throws Exception {
    lie(part ->
        isTable(part) || (part.isWhole() && !isDelta(part))
            ? Optional.empty()
            : Optional.of(noise(part)));

    stage(two);

    assertThat(told())
        .containsExactly("by a delta failed", "by ranges failed", "by ranges failed", "as a whole");
    assertSame();
  }

  @MethodSource("refusalsOfParts")
  @ParameterizedTest
  void a_registry_that_gives_no_parts_as_they_should_be_gives_the_whole(
      Function<LayoutServer.Part, MockResponse> answer) throws Exception {
    lie(part -> part.isWhole() ? Optional.empty() : Optional.of(answer.apply(part)));

    stage(two);

    assertThat(told()).containsExactly("as a whole");
    assertSame();
  }

  @MethodSource("refusalsOfParts")
  @ParameterizedTest
  void a_registry_that_gives_the_table_and_then_no_parts_gives_the_whole(
      Function<LayoutServer.Part, MockResponse> answer) throws Exception {
    lie(part ->
        isTable(part) || (part.isWhole() && !isDelta(part))
            ? Optional.empty()
            : Optional.of(answer.apply(part)));

    stage(two);

    assertThat(told())
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
        isDelta(part)
            ? Optional.of(new MockResponse.Builder().code(502).build())
            : Optional.empty());

    stage(two);

    assertThat(told()).containsExactly("by a delta failed", "by ranges");
    assertSame();
  }

  @Test
  void when_no_way_works_the_whole_tells_what_is_wrong() throws Exception {
    lie(part ->
        part.blob()[0] == '{'
            ? Optional.empty()
            : Optional.of(new MockResponse.Builder().code(part.isWhole() ? 503 : 403).build()));

    Fault fault = catchThrowableOfType(Fault.class, () -> stage(two));

    assertThat(fault).isInstanceOf(Fault.Transient.class).hasMessageContaining("503");
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
  }

  @Test
  void a_repository_with_a_wrong_table_is_passed_over_for_the_next() throws Exception {
    pullFrom(2);
    lie(part -> part.isWhole() ? Optional.empty() : Optional.of(noise(part)));

    stage(two);

    assertThat(told()).containsExactly("by a delta");
    assertThat(servers.getLast().ranges).as("the table").hasSize(1);
    assertSame();
  }

  @Test
  void a_repository_with_wrong_parts_is_passed_over_for_the_next() throws Exception {
    pullFrom(2);
    lie(part ->
        (part.isWhole() && !isDelta(part)) || isTable(part)
            ? Optional.empty()
            : Optional.of(noise(part)));
    servers.getLast().lie(part -> isDelta(part) ? Optional.of(noise(part)) : Optional.empty());

    stage(two);

    assertThat(told()).containsExactly("by a delta failed", "by ranges failed", "by ranges");
    assertSame();
  }

  @Test
  void for_a_file_of_this_host_that_rotted_no_repository_is_passed_over() throws Exception {
    pullFrom(2);
    edit(slots.whole(NAME, one).orElseThrow().path().resolve("small/file-1"), 100);

    stage(two);

    assertThat(told()).contains("by ranges failed").endsWith("by ranges");
    assertThat(servers.getLast().ranges).isEmpty();
    assertSame();
  }

  @Test
  void parts_that_were_wrong_once_still_serve_while_the_other_repository_is_down()
      throws Exception {
    pullFrom(2);
    servers.getLast().close();
    AtomicBoolean lied = new AtomicBoolean();
    lie(part ->
        isDelta(part) || (!part.isWhole() && !isTable(part) && !lied.getAndSet(true))
            ? Optional.of(noise(part))
            : Optional.empty());

    stage(two);

    assertThat(told()).endsWith("by ranges failed", "by ranges");
    assertSame();
  }

  @Test
  void what_failed_ways_and_tables_cost_is_told_too() throws Exception {
    lie(part -> isDelta(part) ? Optional.of(noise(part)) : Optional.empty());
    servers.getLast().requests.clear();

    stage(two);

    assertThat(notes).hasSize(3);
    assertThat(notes.getFirst()).matches("by a delta failed after .* in 1 request: .*");
    assertThat(servers.getLast().requests)
        .as("what was told, the manifest and the descriptor")
        .hasSize(notes.stream().mapToInt(StagingTest::requests).sum() + 2);
    assertThat(notes.getLast()).matches("to find the way, .* in 5 requests");
  }

  @Test
  void a_whole_that_failed_is_told_with_what_it_cost() throws Exception {
    pullFrom(2);
    MockResponse no = new MockResponse.Builder().code(403).build();
    lie(part -> part.isWhole() ? Optional.of(noise(part)) : Optional.of(no));
    servers.getLast().lie(part -> part.isWhole() ? Optional.empty() : Optional.of(no));

    stage(two);

    assertThat(told()).containsExactly("as a whole failed", "as a whole");
    assertThat(notes.getFirst()).matches("as a whole failed after .* MiB in 1 request: .*");
    assertSame();
  }

  private void pullFrom(int count) throws Exception {
    while (servers.size() < count) {
      servers.add(new LayoutServer(editions.layout()));
    }
    registry.close();
    registry = registry(servers);
    staging = new Staging(() -> registry, slots);
  }

  private static Registry registry(List<LayoutServer> servers) {
    List<String> addresses = servers.stream().map(LayoutServer::address).toList();
    return new Registry(RegistrySettings.of(addresses), new FakeTime(), new Random(1));
  }

  /** What the first repository answers instead of the truth. */
  private void lie(Function<LayoutServer.Part, Optional<MockResponse>> instead) {
    servers.getFirst().lie(instead);
  }

  private void stage(Release release) throws Exception {
    Origin origin = new Origin(Origin.Kind.FILE, "a test", "");
    staging.unpack(
        new Upgrade(
            "00000001",
            NAME,
            Optional.empty(),
            Optional.of(release),
            origin,
            Duration.ZERO,
            Instant.EPOCH),
        new Progress() {
          @Override
          public void at(long done, long total) {
            // How far it is, is not looked at here.
          }

          @Override
          public void note(List<String> evidence) {
            notes.addAll(evidence);
          }
        });
  }

  /** The slot is sound, and the same as on a host that fetched the whole from an honest server. */
  private void assertSame() throws Exception {
    Slot slot = slots.whole(NAME, two.digest()).orElseThrow();
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot)).isEqualTo(expected);
  }

  /** The notes, without what they say of cost and cause. */
  private List<String> told() {
    return notes.stream()
        .filter(note -> note.matches("(by|as) .*"))
        .map(note -> note.replaceFirst(" failed.*", " failed").replaceFirst(",.*", ""))
        .toList();
  }

  private static int requests(String note) {
    return Integer.parseInt(note.replaceFirst("(?s).* in ([0-9]+) request.*", "$1"));
  }

  private static List<Path> blobs() throws IOException {
    try (Stream<Path> files = Files.list(editions.layout().resolve("blobs/sha256"))) {
      return new ArrayList<>(files.toList());
    }
  }

  private static boolean isDelta(LayoutServer.Part part) {
    return blocks.endsWith(Digest.of(part.blob()).hex());
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
