package io.fleetinstaller.desired;

import static io.fleetinstaller.desired.Scene.AGENT;
import static io.fleetinstaller.desired.Scene.exactly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the schema's tables do not: how documents are made, told and limited. */
class DocumentsTest {

  @Test
  void each_lies_at_its_path() {
    assertThat(Catalog.path("stable", AGENT)).isEqualTo("catalog/stable/agent.json");
    assertThat(Deployments.path("prod", AGENT)).isEqualTo("deployments/prod/agent.json");
    assertThatThrownBy(() -> Catalog.path("../up", AGENT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Deployments.path("", AGENT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_catalog_is_written_newest_first_for_people() throws Refused {
    Catalog catalog = Catalog.empty(AGENT).with(entry("1.9", 'a')).with(entry("1.10", 'b'));

    assertThat(catalog.releases())
        .extracting(Catalog.Entry::version)
        .containsExactly(new Version("1.10"), new Version("1.9"));
    assertThat(new String(catalog.bytes(), java.nio.charset.StandardCharsets.UTF_8))
        .startsWith("{\n  \"formatVersion\" : 1,\n  \"package\" : \"agent\",")
        .endsWith("}\n")
        .doesNotContain("notes");
    assertThat(Catalog.parse("test", catalog.bytes())).isEqualTo(catalog);
  }

  @Test
  void a_release_comes_once_and_can_be_withdrawn() {
    Catalog catalog = Catalog.empty(AGENT).with(entry("1", 'a')).with(entry("2", 'b'));

    assertThatThrownBy(() -> catalog.with(entry("1", 'c')))
        .hasMessage("1 is there twice; keep one");
    assertThatThrownBy(() -> catalog.with(entry("3", 'a'))).hasMessageContaining("is there twice");
    assertThat(catalog.without(Scene.digest('a')).releases()).containsExactly(entry("2", 'b'));
    assertThat(catalog.find(new Version("1"))).contains(entry("1", 'a'));
    assertThat(catalog.find(Scene.digest('b')).map(catalog::release))
        .contains(Scene.agent("2", 'b'));
    assertThat(catalog.find(Scene.digest('c'))).isEmpty();
  }

  @Test
  void a_deployment_takes_the_place_of_the_one_with_its_id() throws Refused {
    Deployments two = parse("{" + exactly("a", "1", 'a') + "},{" + exactly("b", "1", 'a') + "}");

    Deployments changed = two.with(one(exactly("a", "2", 'b')));

    assertThat(changed.all()).extracting(Deployment::id).containsExactly("b", "a");
    assertThat(changed.all().getLast().goal())
        .isEqualTo(new Deployment.Exactly(new Version("2"), Scene.digest('b')));
    assertThat(changed.without("b").all()).hasSize(1);
    assertThat(changed.without("c")).isEqualTo(changed);
  }

  @Test
  void a_deployment_is_read_from_yaml_too() throws Refused {
    String yaml =
        """
        id: a
        package: agent
        by: ann
        follow: {channel: stable, range: ">=1.9"}
        requires: {installer: ">=1.2"}
        """;

    Deployment deployment = Deployment.of(Document.yaml("deploy.yaml", Scene.bytes(yaml)));

    assertThat(deployment.goal())
        .isEqualTo(new Deployment.Follow("stable", java.util.Optional.of(Range.parse(">=1.9"))));
    assertThat(deployment.installer()).contains(Range.parse(">=1.2"));
  }

  @Test
  void a_refusal_names_the_place() {
    assertThatThrownBy(() -> parse("{" + exactly("a", "1", 'a') + ",'window':{'from':'25:00'}}"))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.reason().code()).isEqualTo(ReasonCode.MALFORMED))
        .hasMessageContaining("cannot accept test line 1 key 'deployments[0].window.from'")
        .hasMessageContaining("'25:00' is not a time of day like 02:30");
  }

  @Test
  void refusals_say_what_would_be_right() {
    assertThatThrownBy(() -> parse("{" + exactly("a", "1", 'a') + ",'select':{'os':[]}}"))
        .hasMessageContaining("it is empty; leave it out, or name something");
    assertThatThrownBy(() -> parse("{" + exactly("a", "1", 'a') + ",'after':['b','b']}"))
        .hasMessageContaining("it names one thing twice; keep one");
    assertThatThrownBy(() -> parse("{" + exactly("a", "1", 'a') + ",'note':null}"))
        .hasMessageContaining("null is not allowed; leave the key out");
    assertThatThrownBy(
            () -> parse("{" + exactly("a", "1", 'a') + ",'rollout':{'waves':[{'percent':1}]}}"))
        .hasMessageContaining("waves need a start to count from");
    assertThatThrownBy(() -> parse("{" + exactly("a", "1", 'a') + ",'after':['agent']}"))
        .hasMessageContaining("agent cannot come after itself");
    assertThatThrownBy(
            () -> parse("{" + exactly("a", "1", 'a') + "},{" + exactly("a", "2", 'b') + "}"))
        .hasMessageContaining("two have the same id; ids are for ever");
  }

  @Test
  void lists_have_an_end() throws Refused {
    assertThat(parse(deployments(100)).all()).hasSize(100);
    assertThatThrownBy(() -> parse(deployments(101))).hasMessageContaining("101 are more than 100");
    assertThat(releases(1000).releases()).hasSize(1000);
    assertThatThrownBy(() -> releases(1001)).hasMessageContaining("1001 releases are more");
    assertThatThrownBy(() -> parse("{" + exactly("a", "1", 'a') + ",'after':[" + names(33) + "]}"))
        .hasMessageContaining("it names too many");
    assertThat(
            parse("{" + exactly("a", "1", 'a') + ",'after':[" + names(32) + "]}")
                .all()
                .getFirst()
                .after())
        .hasSize(32);
  }

  @Test
  void a_key_with_too_long_a_text_is_named() {
    String good = exactly("a", "1", 'a');

    assertThatThrownBy(() -> parse("{" + good.replace("'ann'", "'a\\tb'") + "}"))
        .hasMessageContaining("key 'deployments[0].by'");
    assertThatThrownBy(() -> parse("{" + good.replace("'ann'", "''") + "}"))
        .hasMessageContaining("key 'deployments[0].by'");
    assertThatThrownBy(() -> parse("{" + good + ",'note':'a\\tb'}"))
        .hasMessageContaining("key 'deployments[0].note'");
    assertThatThrownBy(() -> parse("{" + good.replace("'id':'a'", "'id':'/'") + "}"))
        .hasMessageContaining("'/' is not an id; use 1 to 128 of");
  }

  @Test
  void selections_have_an_end() throws Refused {
    assertThat(parse(tagged(100, "k")).all()).hasSize(1);
    assertThatThrownBy(() -> parse(tagged(101, "k"))).hasMessageContaining("too many tags");
    assertThat(parse(tagged(1, "k".repeat(199))).all()).hasSize(1);
    assertThatThrownBy(() -> parse(tagged(1, "k".repeat(200))))
        .hasMessageContaining("at most 200 characters");
  }

  @Test
  void waves_may_come_together_but_not_backwards() throws Refused {
    String start = "{" + exactly("a", "1", 'a') + ",'rollout':{'start':'2026-11-01T00:00:00Z',";

    assertThat(
            parse(start + "'waves':[{'percent':5,'after':'1h'},{'percent':6,'after':'1h'}]}}")
                .all())
        .hasSize(1);
    assertThatThrownBy(() -> parse(start + "'waves':[{'percent':5},{'percent':5}]}}"))
        .hasMessageContaining("wave 2 must reach more hosts than the one before it");
  }

  @Test
  void what_is_made_by_hand_is_held_to_the_same() throws Refused {
    Deployment good = one(exactly("a", "1", 'a'));
    List<Catalog.Manifest> one = entry("1", 'a').platforms();

    assertThatThrownBy(() -> made(good, "/", "ann", "", 0)).hasMessageContaining("is not an id");
    assertThatThrownBy(() -> made(good, "a", "", "", 0)).hasMessage("it must not be empty");
    assertThatThrownBy(() -> made(good, "a", "a\nb", "", 0)).hasMessageContaining("one line");
    assertThatThrownBy(() -> made(good, "a", "ann", "a\nb", 0)).hasMessageContaining("one line");
    assertThatThrownBy(() -> made(good, "a", "ann", "", -1_000_001))
        .hasMessageContaining("too far");
    assertThat(made(good, "a", "ann", "", 0)).isEqualTo(good);
    assertThatThrownBy(() -> entry("a\nb", one)).hasMessageContaining("one line");
    assertThatThrownBy(() -> new Catalog.Manifest(new Platform("a", "b"), Scene.digest('f'), 0))
        .hasMessage("a manifest of 0 bytes is not possible");
    assertThat(entry("", platforms(32)).platforms()).hasSize(32);
    assertThatThrownBy(() -> entry("", platforms(33))).hasMessageContaining("not 33");
  }

  private static Deployment made(Deployment like, String id, String by, String note, int priority) {
    return new Deployment(
        id,
        like.name(),
        like.goal(),
        priority,
        like.select(),
        like.rollout(),
        like.window(),
        like.stableFor(),
        false,
        false,
        like.notAfter(),
        like.installer(),
        like.after(),
        by,
        note);
  }

  private static Catalog.Entry entry(String notes, List<Catalog.Manifest> platforms) {
    return new Catalog.Entry(new Version("1"), Scene.digest('a'), Instant.EPOCH, notes, platforms);
  }

  private static List<Catalog.Manifest> platforms(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Catalog.Manifest(new Platform("os", "a" + i), Scene.digest('f'), 1))
        .toList();
  }

  private static String tagged(int tags, String key) {
    String all =
        IntStream.range(0, tags)
            .mapToObj(i -> "'" + key + i + "':['x']")
            .collect(Collectors.joining(","));
    return "{" + exactly("a", "1", 'a') + ",'select':{'tags':{" + all + "}}}";
  }

  @Test
  void a_document_over_a_mebibyte_is_refused_before_it_is_read() {
    String text = Scene.catalogText("agent") + " ".repeat(1 << 20);

    assertThatThrownBy(() -> Catalog.parse("test", Scene.bytes(text)))
        .hasMessageContaining("are more than the 1048576 allowed");
  }

  @Test
  void documents_of_other_channels_groups_and_kinds_are_not_looked_at() {
    SortedMap<String, byte[]> documents = new TreeMap<>();
    for (String path :
        List.of(
            "catalog/beta/agent.json",
            "deployments/stable/agent.json",
            "catalog/prod/agent.json",
            "catalog/stable/agent.txt",
            "catalog/stable/deep/agent.json",
            "other/stable/agent.json")) {
      documents.put(path, Scene.bytes("no document"));
    }

    RemoteConfig config = RemoteConfig.of(documents, Set.of("stable"), Set.of("prod"));

    assertThat(config).isEqualTo(RemoteConfig.EMPTY);
  }

  @Test
  void a_document_that_was_refused_before_it_was_read_is_a_problem_of_its_package() {
    SortedMap<String, byte[]> documents = new TreeMap<>();
    documents.put("catalog/stable/agent.json", Scene.bytes(Scene.catalogText("agent")));
    Reason expired = new Reason(ReasonCode.METADATA_EXPIRED, "it expired");

    RemoteConfig config =
        RemoteConfig.of(documents, Set.of("stable"), Set.of("prod"))
            .without(
                new TreeMap<>(
                    Map.of(
                        "catalog/stable/agent.json", expired,
                        "deployments/prod/other.json", expired,
                        "ops", expired)));

    assertThat(config.catalogs()).isEmpty();
    assertThat(config.deployed()).containsExactly(new PackageName("other"));
    assertThat(config.problems())
        .containsOnlyKeys("catalog/stable/agent.json", "deployments/prod/other.json");
  }

  @Test
  void a_bad_catalog_alone_deploys_nothing() {
    SortedMap<String, byte[]> documents = new TreeMap<>();
    documents.put("catalog/stable/agent.json", Scene.bytes("no document"));

    RemoteConfig config = RemoteConfig.of(documents, Set.of("stable"), Set.of("prod"));

    assertThat(config.problems()).hasSize(1);
    assertThat(config.deployed()).isEmpty();
  }

  @Test
  void a_path_that_is_no_package_is_a_problem_of_nobody() {
    SortedMap<String, byte[]> documents = new TreeMap<>();
    documents.put("deployments/prod/NO.json", Scene.bytes(Scene.catalogText("agent")));

    RemoteConfig config = RemoteConfig.of(documents, Set.of("stable"), Set.of("prod"));

    assertThat(config.problems()).containsOnlyKeys("deployments/prod/NO.json");
    assertThat(config.deployed()).isEmpty();
  }

  private static Catalog.Entry entry(String version, char digit) {
    return new Catalog.Entry(
        new Version(version),
        Scene.digest(digit),
        Instant.EPOCH,
        "",
        List.of(new Catalog.Manifest(new Platform("linux", "amd64"), Scene.digest('f'), 1)));
  }

  private static String deployments(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{" + exactly("d" + i, "1", 'a') + "}")
        .collect(Collectors.joining(","));
  }

  private static Catalog releases(int count) {
    return new Catalog(
        AGENT,
        IntStream.range(0, count)
            .mapToObj(i ->
                new Catalog.Entry(
                    new Version("1." + i),
                    new io.fleetinstaller.release.Digest("%064x".formatted(i)),
                    Instant.EPOCH,
                    "",
                    entry("1", 'a').platforms()))
            .toList());
  }

  private static String names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "'n" + i + "'").collect(Collectors.joining(","));
  }

  private static Deployments parse(String deployments) throws Refused {
    return Deployments.parse(
        "test", Scene.bytes("{'formatVersion':1,'deployments':[" + deployments + "]}"));
  }

  private static Deployment one(String deployment) throws Refused {
    return parse("{" + deployment + "}").all().getFirst();
  }
}
