package io.fleetinstaller.toc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.SnakeYamlNode;
import io.fleetinstaller.io.Compression;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema says what the reader does. */
final class TocSchemaTest {
  private static final String DIGEST = "sha256:" + "b".repeat(64);
  private static final String FILE =
      "'type':'reg','name':'a','size':5,'offset':8,'endOffset':20,'digest':'" + DIGEST + "'";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'type':'dir','name':'a/','mode':493,'modtime':'2026-11-21T09:25:20.14906704Z'",
        "'type':'symlink','name':'a','linkName':'b','accesstime':'never'",
        "'type':'reg','name':'a','uid':4294967295,'xattrs':{'user.x':'YQ=='}",
        "FILE",
        "FILE,'innerOffset':16777216",
        "FILE,'chunkSize':5,'chunkDigest':'DIGEST'"
      })
  void a_good_row_is_good_to_both(String row) {
    assertThat(verdict(row)).isEqualTo("good, good");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'type':'door','name':'a'",
        "'name':'a'",
        "'type':'dir'",
        "'type':'dir','name':''",
        "'type':'dir','name':'a','uid':4294967296",
        "'type':'dir','name':'a','mode':-1",
        "'type':'dir','name':'a','size':'5'",
        "'type':'reg','name':'a','digest':'sha512:1'",
        "FILE,'innerOffset':16777217",
        "FILE,'chunkSize':5,'chunkDigest':7"
      })
  void a_bad_row_is_bad_to_both(String row) {
    assertThat(verdict(row)).isEqualTo("bad, bad");
  }

  private static String verdict(String row) {
    String text =
        "{'version':1,'entries':[{%s}]}"
            .formatted(row.replace("FILE", FILE).replace("DIGEST", DIGEST))
            .replace('\'', '"');
    return (valid(text) ? "good, " : "bad, ") + (reads(text) ? "good" : "bad");
  }

  private static boolean valid(String text) {
    try (InputStream in =
        Objects.requireNonNull(
            TocSchemaTest.class.getResourceAsStream("/schema/toc.schema.json"))) {
      return new ValidatorFactory()
          .withJsonNodeFactory(new SnakeYamlNode.Factory())
          .validate(new String(in.readAllBytes(), StandardCharsets.UTF_8), text)
          .isValid();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean reads(String text) {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    byte[] packed = Compression.frame(plain, 3);
    try {
      TocFormat.read(
          "the table",
          packed,
          new Toc.Location(Digest.of(packed), 1000, packed.length, plain.length),
          new TocFormat.Bounds(5000, 100, 10));
      return true;
    } catch (Refused _) {
      return false;
    }
  }
}
