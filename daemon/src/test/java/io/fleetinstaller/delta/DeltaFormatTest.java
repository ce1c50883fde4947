package io.fleetinstaller.delta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.SnakeYamlNode;
import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A table is refused for whatever it says that cannot be, before a block of it is read. */
final class DeltaFormatTest {
  private static final Digest OLD = Digest.of(new byte[] {1});
  private static final Digest NEW = Digest.of(new byte[] {2});
  private static final Digest FILE = Digest.of(new byte[] {3});

  private static final Toc TOC = new Toc(List.of(file("a", 10), file("b", 5 << 20), file("c", 7)));

  private static final String GOOD_A =
      "{'name':'a','size':10,'ancestor':{'digest':'%s','size':20},'blocks':[%s]}"
          .formatted(FILE, "{'length':10,'packed':4,'window':[[0,8],[12,8]]}");
  private static final String GOOD_C = "{'name':'c','size':7,'blocks':[{'length':7,'packed':3}]}";

  @Test
  void what_is_written_is_read_again_and_keeps_to_its_schema() throws Exception {
    DeltaTable table =
        new DeltaTable(
            OLD,
            NEW,
            List.of(
                new DeltaTable.Item(
                    "b",
                    5 << 20,
                    Optional.of(new DeltaTable.Ancestor(FILE, 1L << 33)),
                    List.of(
                        new DeltaTable.Block(
                            4 << 20, 17, List.of(new DeltaTable.Piece(1L << 32, 8 << 20))),
                        new DeltaTable.Block(1 << 20, 1, List.of()))),
                new DeltaTable.Item(
                    "c", 7, Optional.empty(), List.of(new DeltaTable.Block(7, 9, List.of())))));

    byte[] packed = DeltaFormat.bytes(table);

    assertThat(DeltaFormat.read("the delta", packed, new DeltaFormat.Bounds(NEW, TOC, 27)))
        .isEqualTo(table);
    assertThat(DeltaFormat.bytes(table)).isEqualTo(packed);
    assertThat(errors(unpacked(packed))).isEmpty();
    assertThat(errors("{\"formatVersion\": 2}")).isNotEmpty();
  }

  @Test
  void the_table_that_the_lies_are_made_of_is_good() throws Exception {
    DeltaTable table = read(table(GOOD_A, GOOD_C));

    assertThat(table.files()).hasSize(2);
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        lie(
            "another pair",
            table(GOOD_A, GOOD_C).replace(NEW.toString(), OLD.toString()),
            "it leads to " + OLD),
        lie("fewer bytes of blocks", table(GOOD_A), "speaks of 4 bytes of blocks, there are 7"),
        lie(
            "another version",
            table(GOOD_A, GOOD_C).replace("Version\":1", "Version\":2"),
            "from 1 to 1"),
        lie(
            "no version",
            table(GOOD_A, GOOD_C).replace("\"formatVersion\":1,", ""),
            "no formatVersion"),
        lie(
            "a key nobody knows",
            table(GOOD_A.replace("'size':10", "'run':'sh','size':10")),
            "not known here"),
        lie("the wrong order", table(GOOD_C, GOOD_A), "no such file, or has it further ahead"),
        lie("a file twice", table(GOOD_A, GOOD_A), "no such file, or has it further ahead"),
        lie("a file nobody wants", table(GOOD_A.replace("'a'", "'../a'")), "no such file"),
        lie("more than the package says", table(GOOD_A.replace("10", "11")), "the package says 10"),
        lie(
            "blocks for more",
            table(GOOD_A.replace("'length':10", "'length':11")),
            "in blocks of 11"),
        lie(
            "a block of gigabytes",
            table(GOOD_A.replace("'length':10", "'length':4000000000")),
            "from 1 to 4194304"),
        lie(
            "a packed block of gigabytes",
            table(GOOD_A.replace("'packed':4", "'packed':2000000000")),
            "from 1 to "),
        lie("a block of nothing", table(GOOD_A.replace("'length':10,", "")), "has no length"),
        lie("a negative length", table(GOOD_A.replace("'length':10", "'length':-10")), "from 1 to"),
        lie(
            "a window over the end",
            table(GOOD_A.replace("[12,8]", "[13,8]")),
            "over the end of the ancestor"),
        lie(
            "a window from far away",
            table(GOOD_A.replace("[12,8]", "[500000000000000000,8]")),
            "over the end of the ancestor"),
        lie(
            "a window of a file that comes whole",
            table(GOOD_C.replace("'packed':3", "'packed':3,'window':[[0,1]]")),
            "over the end of the ancestor"),
        lie(
            "a window of gigabytes",
            table(window("[0,8388608],[8388608,8388608]")),
            "a window has 16777216 bytes"),
        lie("one piece of gigabytes", table(window("[0,4000000000]")), "from 1 to 8388608"),
        lie(
            "a window in a thousand pieces",
            table(window("[0,1]" + ",[0,1]".repeat(999))),
            "a window has 65 pieces, allowed are 64"),
        lie("half a piece", table(window("[0]")), "an offset and a length"),
        lie("a piece and a half", table(window("[0,1,2]")), "an offset and a length"),
        lie("something behind it", table(GOOD_A, GOOD_C) + "{}", "behind its end"),
        lie("only its beginning", table(GOOD_A, GOOD_C).substring(0, 200), "the table"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void a_table_that_lies_is_refused(String what, String json, String why) {
    Refused refused = catchThrowableOfType(Refused.class, () -> read(json));

    assertThat(refused).as(what).isNotNull();
    assertThat(refused.reason().code()).isIn(ReasonCode.MALFORMED, ReasonCode.TOO_LARGE);
    assertThat(refused).hasMessageContaining(why);
  }

  @Test
  void a_table_that_unpacks_to_gigabytes_ends_early() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (OutputStream out = Compression.ZSTD.encode(bomb)) {
      out.write("{\"files\":[".getBytes(UTF_8));
      byte[] spaces = new byte[1 << 20];
      Arrays.fill(spaces, (byte) ' ');
      for (int i = 0; i < 100; i++) {
        out.write(spaces);
      }
    }

    Refused refused = catchThrowableOfType(Refused.class, () -> readPacked(bomb.toByteArray()));

    assertThat(refused).hasMessageContaining("larger than allowed");
  }

  @Test
  void a_packed_table_that_is_too_large_or_damaged_is_refused() throws Exception {
    byte[] cut = Arrays.copyOf(packed(table(GOOD_A, GOOD_C)), 60);

    Refused large =
        catchThrowableOfType(
            Refused.class, () -> readPacked(new byte[DeltaFormat.LARGEST_PACKED + 1]));
    Refused damaged = catchThrowableOfType(Refused.class, () -> readPacked(cut));

    assertThat(large.reason().code()).isEqualTo(ReasonCode.TOO_LARGE);
    assertThat(damaged.reason().code()).isEqualTo(ReasonCode.MALFORMED);
  }

  private static Arguments lie(String what, String json, String why) {
    return Arguments.of(what, json, why);
  }

  private static String window(String pieces) {
    return GOOD_A.replace("[0,8],[12,8]", pieces).replace("'size':20", "'size':900000000000");
  }

  private static String table(String... files) {
    return "{'formatVersion':1,'from':'%s','to':'%s','files':[%s]}"
        .formatted(OLD, NEW, String.join(",", files))
        .replace('\'', '"');
  }

  private static DeltaTable read(String json) throws Exception {
    return readPacked(packed(json));
  }

  private static DeltaTable readPacked(byte[] packed) throws Exception {
    return DeltaFormat.read("the table", packed, new DeltaFormat.Bounds(NEW, TOC, 7));
  }

  private static byte[] packed(String json) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = Compression.ZSTD.encode(packed)) {
      out.write(json.getBytes(UTF_8));
    }
    return packed.toByteArray();
  }

  private static String unpacked(byte[] packed) throws Exception {
    try (InputStream in = Compression.ZSTD.decode(new ByteArrayInputStream(packed))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static List<String> errors(String table) throws Exception {
    try (InputStream schema =
        DeltaFormatTest.class.getResourceAsStream("/schema/delta.schema.json")) {
      Validator.Result result =
          new ValidatorFactory()
              .withJsonNodeFactory(new SnakeYamlNode.Factory())
              .validate(new String(schema.readAllBytes(), UTF_8), table);
      return result.getErrors().stream()
          .map(error -> error.getInstanceLocation() + " " + error.getError())
          .toList();
    }
  }

  private static Toc.Entry file(String name, long size) {
    TarEntry header =
        new TarEntry(
            name,
            TarEntry.Kind.FILE,
            0644,
            TarEntry.Owner.ROOT,
            FileTime.fromMillis(0),
            size,
            "",
            Map.of(),
            List.of(new TarEntry.Extent(0, size)));
    return new Toc.Entry(header, Optional.of(FILE), List.of());
  }
}
