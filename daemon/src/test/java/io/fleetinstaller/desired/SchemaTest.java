package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.SnakeYamlNode;
import io.fleetinstaller.release.Fault.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published schemas say what the parsers do: a table of changes to a good document, each good
 * or bad to both. What a schema cannot say is a table of its own.
 */
class SchemaTest {
  private static final String DIGEST = "sha256:" + "b".repeat(64);
  private static final String DEPLOYMENT =
      "'id':'d','package':'agent','by':'ann','version':'2','digest':'" + DIGEST + "'";
  private static final String FOLLOW = "'id':'d','package':'agent','by':'ann','follow':";
  private static final String ABSENT = "'id':'d','package':'agent','by':'ann','ensure':'absent'";
  private static final String RELEASE =
      "'version':'2','digest':'%s','published':'2026-11-01T00:00:00Z'".formatted(DIGEST);
  private static final String MANIFEST =
      "{'os':'linux','architecture':'amd64','digest':'%s','size':500}".formatted(DIGEST);
  private static final String PLATFORMS = ",'platforms':[" + MANIFEST + "]";

  /** Good deployments, without braces. */
  static Stream<String> goodDeployments() {
    return Stream.of(
        DEPLOYMENT,
        ABSENT,
        DEPLOYMENT + ",'ensure':'present'",
        FOLLOW + "{'channel':'stable'}",
        FOLLOW + "{'channel':'stable','range':'>=1.9  <2'},'rollout':{'waves':[{'percent':5}]}",
        FOLLOW + "{'channel':'stable','range':'=1~rc1 >1 <2 <=3 >=1 >1 >1 >1'}",
        DEPLOYMENT + ",'priority':-1000000",
        DEPLOYMENT + ",'priority':1000000",
        DEPLOYMENT + ",'paused':true",
        DEPLOYMENT + ",'gate':{'stableFor':'24h'}",
        DEPLOYMENT + ",'note':'" + "😀".repeat(1000) + "'",
        DEPLOYMENT.replace("'ann'", "'" + "a".repeat(200) + "'"),
        DEPLOYMENT + ",'select':{}",
        DEPLOYMENT + ",'select':{'tags':{}}",
        DEPLOYMENT
            + ",'select':{'tags':{'env':['prod','']},'os':['linux'],'arch':['amd64'],'hosts':['web-*']}",
        DEPLOYMENT + ",'rollout':{}",
        DEPLOYMENT + ",'rollout':{'waves':[]}",
        DEPLOYMENT
            + ",'rollout':{'start':'2026-11-01T00:00:00.123Z','waves':[{'percent':1},{'percent':20,'after':'1h'},{'percent':100,'after':'24h'}]}",
        ABSENT + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':1,'after':'0s'}]}",
        DEPLOYMENT + ",'window':{'days':['sat'],'from':'02:00','for':'2h','zone':'Europe/Paris'}",
        DEPLOYMENT + ",'window':{'from':'23:59','for':'7d','zone':'UTC'}",
        DEPLOYMENT + ",'gate':{'stableFor':'5m'},'allowDowngrade':true,'paused':false",
        DEPLOYMENT + ",'notAfter':'2026-12-31T23:59:59Z','requires':{'installer':'>=1.2'}",
        DEPLOYMENT + ",'after':['base','third'],'note':'naïve – 漢字 😀'");
  }

  /** Bad to both. */
  static Stream<String> badDeployments() {
    return Stream.of(
        "",
        DEPLOYMENT.replace("'id':'d',", ""),
        DEPLOYMENT.replace("'d'", "'-d'"),
        DEPLOYMENT.replace("'d'", "'" + "d".repeat(129) + "'"),
        DEPLOYMENT.replace("'d'", "7"),
        DEPLOYMENT.replace("'agent'", "'Agent'"),
        DEPLOYMENT.replace("'agent'", "'../agent'"),
        DEPLOYMENT.replace("'by':'ann',", ""),
        DEPLOYMENT.replace("'ann'", "''"),
        DEPLOYMENT.replace("'ann'", "'" + "a".repeat(201) + "'"),
        DEPLOYMENT.replace("'ann'", "'a\\u001b[2J'"),
        DEPLOYMENT.replace("'ann'", "'a\\nb'"),
        DEPLOYMENT.replace("'2'", "2"),
        DEPLOYMENT.replace("'2'", "'.2'"),
        DEPLOYMENT.replace("'2'", "'2/3'"),
        DEPLOYMENT.replace("sha256:", "sha512:"),
        DEPLOYMENT.replace("sha256:b", "sha256:"),
        DEPLOYMENT.replace("sha256:b", "sha256:B"),
        DEPLOYMENT.replace(",'version':'2'", ""),
        DEPLOYMENT.replace(",'digest':'" + DIGEST + "'", ""),
        DEPLOYMENT + ",'follow':{'channel':'stable'}",
        DEPLOYMENT + ",'ensure':'absent'",
        DEPLOYMENT + ",'ensure':'latest'",
        DEPLOYMENT + ",'ensure':null",
        ABSENT + ",'version':'2'",
        ABSENT + ",'follow':{'channel':'stable'}",
        ABSENT.replace("absent", "present"),
        FOLLOW + "{}",
        FOLLOW + "{'channel':'a/b'}",
        FOLLOW + "{'channel':'stable','range':''}",
        FOLLOW + "{'channel':'stable','range':'1.9'}",
        FOLLOW + "{'channel':'stable','range':'>= 1.9'}",
        FOLLOW + "{'channel':'stable','range':'>1 >1 >1 >1 >1 >1 >1 >1 >1'}",
        FOLLOW + "{'channel':'stable','version':'1'}",
        FOLLOW + "{'channel':'stable'},'version':'2'",
        DEPLOYMENT + ",'priority':1000001",
        DEPLOYMENT + ",'priority':0.5",
        DEPLOYMENT + ",'priority':'1'",
        DEPLOYMENT + ",'select':{'env':['prod']}",
        DEPLOYMENT + ",'select':{'tags':{'env':'prod'}}",
        DEPLOYMENT + ",'select':{'tags':{'env':[]}}",
        DEPLOYMENT + ",'select':{'tags':{'':['x']}}",
        DEPLOYMENT + ",'select':{'os':[]}",
        DEPLOYMENT + ",'select':{'os':['Linux']}",
        DEPLOYMENT + ",'select':{'os':['linux','linux']}",
        DEPLOYMENT + ",'select':{'hosts':['[a-z]']}",
        DEPLOYMENT + ",'select':{'hosts':['']}",
        DEPLOYMENT + ",'select':null",
        DEPLOYMENT + ",'rollout':{'waves':[{'percent':1}]}",
        DEPLOYMENT + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':0}]}",
        DEPLOYMENT + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':101}]}",
        DEPLOYMENT + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'after':'1h'}]}",
        DEPLOYMENT
            + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':1,'after':'1w'}]}",
        DEPLOYMENT
            + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':1,'after':60}]}",
        DEPLOYMENT
            + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':1,'soak':'1h'}]}",
        DEPLOYMENT + ",'rollout':{'start':'2026-11-01'}",
        DEPLOYMENT + ",'rollout':{'start':'2026-11-01T00:00:00+01:00'}",
        DEPLOYMENT + ",'rollout':{'begin':'2026-11-01T00:00:00Z'}",
        DEPLOYMENT + ",'window':{'from':'02:00','for':'2h'}",
        DEPLOYMENT + ",'window':{'from':'2:00','for':'2h','zone':'UTC'}",
        DEPLOYMENT + ",'window':{'from':'24:00','for':'2h','zone':'UTC'}",
        DEPLOYMENT + ",'window':{'from':'02:00','for':'2 hours','zone':'UTC'}",
        DEPLOYMENT + ",'window':{'days':[],'from':'02:00','for':'2h','zone':'UTC'}",
        DEPLOYMENT + ",'window':{'days':['saturday'],'from':'02:00','for':'2h','zone':'UTC'}",
        DEPLOYMENT + ",'window':{'days':['sat','sat'],'from':'02:00','for':'2h','zone':'UTC'}",
        DEPLOYMENT + ",'gate':{}",
        DEPLOYMENT + ",'gate':{'stableFor':'5'}",
        DEPLOYMENT + ",'gate':{'stableFor':'5m','deadline':'1h'}",
        DEPLOYMENT + ",'allowDowngrade':'yes'",
        DEPLOYMENT + ",'paused':1",
        DEPLOYMENT + ",'notAfter':'never'",
        DEPLOYMENT + ",'requires':{}",
        DEPLOYMENT + ",'requires':{'installer':'1.2'}",
        DEPLOYMENT + ",'requires':{'installer':'>=1.2','kernel':'>=6'}",
        DEPLOYMENT + ",'after':[]",
        DEPLOYMENT + ",'after':['Base']",
        DEPLOYMENT + ",'after':['base','base']",
        DEPLOYMENT + ",'after':'base'",
        DEPLOYMENT + ",'note':'" + "n".repeat(1001) + "'",
        DEPLOYMENT + ",'signature':'x'");
  }

  /** Bad to the parser only: its schema's description says so. */
  static Stream<String> badDeploymentsBeyondTheSchema() {
    return Stream.of(
        DEPLOYMENT + "},{" + DEPLOYMENT,
        DEPLOYMENT + "},{" + ABSENT.replace("'d'", "'e'").replace("agent", "other"),
        DEPLOYMENT
            + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':5},{'percent':5,'after':'1h'}]}",
        DEPLOYMENT
            + ",'rollout':{'start':'2026-11-01T00:00:00Z','waves':[{'percent':5,'after':'2h'},{'percent':6,'after':'1h'}]}",
        DEPLOYMENT + ",'rollout':{'start':'2026-02-30T00:00:00Z'}",
        DEPLOYMENT + ",'window':{'from':'02:00','for':'8d','zone':'UTC'}",
        DEPLOYMENT + ",'window':{'from':'02:00','for':'0s','zone':'UTC'}",
        DEPLOYMENT + ",'window':{'from':'02:00','for':'2h','zone':'Mars/Olympus'}",
        DEPLOYMENT + ",'gate':{'stableFor':'25h'}",
        DEPLOYMENT + ",'after':['agent']");
  }

  static Stream<String> goodReleases() {
    return Stream.of(
        RELEASE + PLATFORMS,
        RELEASE + PLATFORMS + ",'notes':'fixes the leak'",
        RELEASE + PLATFORMS + ",'notes':''",
        RELEASE + ",'platforms':[" + MANIFEST + "," + MANIFEST.replace("amd64", "arm64") + "]");
  }

  static Stream<String> badReleases() {
    return Stream.of(
        "",
        RELEASE,
        RELEASE + ",'platforms':[]",
        RELEASE + ",'platforms':{}",
        RELEASE + PLATFORMS.replace("500", "0"),
        RELEASE + PLATFORMS.replace("500", "67108865"),
        RELEASE + PLATFORMS.replace("500", "1.5"),
        RELEASE + PLATFORMS.replace("'linux'", "'Linux'"),
        RELEASE + PLATFORMS.replace("'os':'linux',", ""),
        RELEASE + PLATFORMS.replace("'size':500", "'size':500,'variant':'v8'"),
        RELEASE + PLATFORMS + ",'notes':'" + "n".repeat(2001) + "'",
        RELEASE + PLATFORMS + ",'notes':'a\\u0085b'",
        RELEASE + PLATFORMS + ",'notes':null",
        RELEASE + PLATFORMS + ",'yanked':true",
        RELEASE.replace("'2'", "''") + PLATFORMS,
        RELEASE.replace("'2'", "'" + "2".repeat(65) + "'") + PLATFORMS,
        RELEASE.replace("00Z", "00") + PLATFORMS,
        RELEASE.replace("sha256", "md5") + PLATFORMS);
  }

  static Stream<String> badReleasesBeyondTheSchema() {
    return Stream.of(
        RELEASE + PLATFORMS + "},{" + RELEASE.replace("bbb", "aaa") + PLATFORMS,
        RELEASE + PLATFORMS + "},{" + RELEASE.replace("'2'", "'3'") + PLATFORMS,
        RELEASE + ",'platforms':[" + MANIFEST + "," + MANIFEST + "]",
        RELEASE.replace("T00", "T25") + PLATFORMS);
  }

  /** Whole documents that are bad to both parsers and both schemas. */
  static Stream<String> badDocuments() {
    return Stream.of(
        "[]",
        "{}",
        "{'formatVersion':1}",
        "{'formatVersion':2,'package':'agent','releases':[],'deployments':[]}",
        "{'formatVersion':'1','package':'agent','releases':[],'deployments':[]}",
        "{'formatVersion':1,'package':'agent','releases':{},'deployments':{}}",
        "{'formatVersion':1,'package':'agent','releases':[],'deployments':[]}");
  }

  @ParameterizedTest
  @MethodSource("goodDeployments")
  void a_good_deployment_is_good_to_both(String deployment) {
    assertThat(verdict(Kind.DEPLOYMENT, deployments(deployment))).isEqualTo("good, good");
  }

  @ParameterizedTest
  @MethodSource("badDeployments")
  void a_bad_deployment_is_bad_to_both(String deployment) {
    assertThat(verdict(Kind.DEPLOYMENT, deployments(deployment))).isEqualTo("bad, bad");
  }

  @ParameterizedTest
  @MethodSource("badDeploymentsBeyondTheSchema")
  void the_parser_knows_what_no_schema_can_say_of_deployments(String deployment) {
    assertThat(verdict(Kind.DEPLOYMENT, deployments(deployment))).isEqualTo("good, bad");
  }

  @ParameterizedTest
  @MethodSource("goodReleases")
  void a_good_release_is_good_to_both(String release) {
    assertThat(verdict(Kind.CATALOG, catalog(release))).isEqualTo("good, good");
  }

  @ParameterizedTest
  @MethodSource("badReleases")
  void a_bad_release_is_bad_to_both(String release) {
    assertThat(verdict(Kind.CATALOG, catalog(release))).isEqualTo("bad, bad");
  }

  @ParameterizedTest
  @MethodSource("badReleasesBeyondTheSchema")
  void the_parser_knows_what_no_schema_can_say_of_releases(String release) {
    assertThat(verdict(Kind.CATALOG, catalog(release))).isEqualTo("good, bad");
  }

  @ParameterizedTest
  @MethodSource("badDocuments")
  void a_bad_document_is_bad_to_both(String document) {
    assertThat(verdict(Kind.CATALOG, document)).isEqualTo("bad, bad");
    assertThat(verdict(Kind.DEPLOYMENT, document)).isEqualTo("bad, bad");
  }

  @Test
  void documents_without_anything_in_them_are_good() {
    assertThat(verdict(Kind.CATALOG, "{'formatVersion':1,'package':'agent','releases':[]}"))
        .isEqualTo("good, good");
    assertThat(verdict(Kind.DEPLOYMENT, "{'formatVersion':1,'deployments':[]}"))
        .isEqualTo("good, good");
  }

  @ParameterizedTest
  @MethodSource("goodDeployments")
  void deployments_that_are_written_are_read_back_the_same(String deployment) throws Exception {
    Deployments first = Deployments.parse("test", Scene.bytes(deployments(deployment)));

    String written = new String(first.bytes(), StandardCharsets.UTF_8);

    assertThat(Deployments.parse("test", first.bytes())).isEqualTo(first);
    assertThat(verdict(Kind.DEPLOYMENT, written)).isEqualTo("good, good");
  }

  @ParameterizedTest
  @MethodSource("goodReleases")
  void catalogs_that_are_written_are_read_back_the_same(String release) throws Exception {
    Catalog first = Catalog.parse("test", Scene.bytes(catalog(release)));

    String written = new String(first.bytes(), StandardCharsets.UTF_8);

    assertThat(Catalog.parse("test", first.bytes())).isEqualTo(first);
    assertThat(verdict(Kind.CATALOG, written)).isEqualTo("good, good");
  }

  private enum Kind {
    CATALOG,
    DEPLOYMENT
  }

  /** What the schema says, and what the parser says. */
  private static String verdict(Kind kind, String text) {
    return (fits(kind, text) ? "good, " : "bad, ") + (parses(kind, text) ? "good" : "bad");
  }

  private static boolean fits(Kind kind, String text) {
    Validator.Result result =
        new ValidatorFactory()
            .withJsonNodeFactory(new SnakeYamlNode.Factory())
            .validate(schema(kind), new String(Scene.bytes(text), StandardCharsets.UTF_8));
    return result.isValid();
  }

  private static boolean parses(Kind kind, String text) {
    try {
      switch (kind) {
        case CATALOG -> Catalog.parse("test", Scene.bytes(text));
        case DEPLOYMENT -> Deployments.parse("test", Scene.bytes(text));
      }
      return true;
    } catch (Refused _) {
      return false;
    }
  }

  private static String schema(Kind kind) {
    String name = "/schema/" + kind.name().toLowerCase(java.util.Locale.ROOT) + ".schema.json";
    try (InputStream schema = SchemaTest.class.getResourceAsStream(name)) {
      return new String(schema.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String deployments(String inner) {
    return "{'formatVersion':1,'deployments':[{" + inner + "}]}";
  }

  private static String catalog(String inner) {
    return "{'formatVersion':1,'package':'agent','releases':[{" + inner + "}]}";
  }
}
