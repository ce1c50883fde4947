package io.fleetinstaller.slots;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarWriter;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.toc.Toc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Makes deliveries in memory, good ones and bad ones. */
final class Parcel {
  /** A release of the agent that is in no parcel. */
  static final Release ANY =
      new Release(new PackageName("agent"), new Version("9"), Digest.of(new byte[0]));

  static final FileTime THEN = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));

  private final PackageName name;
  private final Version version;
  private final List<ByteArrayOutputStream> layers = new ArrayList<>();
  private final List<Toc.Entry> listed = new ArrayList<>();
  private final Map<String, byte[]> contents = new HashMap<>();
  private final Set<String> setuid = new HashSet<>();
  private final Set<String> capabilities = new HashSet<>();
  private Compression compression = Compression.ZSTD;
  private UnaryOperator<InputStream> wire = stream -> stream;
  private TarEntry.Owner owner = TarEntry.Owner.ROOT;
  private boolean immutable;
  private long bytes;
  private long entries;

  Parcel(String name, String version) {
    this.name = new PackageName(name);
    this.version = new Version(version);
    nextLayer();
  }

  /** The usual small package. */
  static Parcel agent(String version) {
    return new Parcel("agent", version)
        .directory("bin", 0755)
        .file("bin/agent", 0755, "agent " + version)
        .file("etc/agent.yaml", 0644, "a: b")
        .symlink("bin/link", "agent")
        .hardlink("bin/twin", "bin/agent");
  }

  /** Reads what {@link #delivery} writes. */
  static Descriptor read(String source, byte[] bytes) throws Refused {
    String[] words = new String(bytes, UTF_8).split(" ", -1);
    boolean immutable = words.length == 3 && words[2].equals("immutable");
    if (words.length != 2 && !immutable) {
      throw new Refused(ReasonCode.MALFORMED, source + " is malformed");
    }
    Parcel parcel = new Parcel(words[0], words[1]);
    return (immutable ? parcel.immutable() : parcel).descriptor();
  }

  Parcel file(String path, int mode, String content) {
    return file(path, mode, Map.of(), content);
  }

  Parcel file(String path, int mode, Map<String, byte[]> xattrs, String content) {
    byte[] data = content.getBytes(UTF_8);
    List<TarEntry.Extent> extents =
        data.length == 0 ? List.of() : List.of(new TarEntry.Extent(0, data.length));
    return entry(
        new TarEntry(path, TarEntry.Kind.FILE, mode, owner, THEN, data.length, "", xattrs, extents),
        data);
  }

  Parcel directory(String path, int mode) {
    return entry(plain(path, TarEntry.Kind.DIRECTORY, mode, ""), new byte[0]);
  }

  Parcel symlink(String path, String target) {
    return entry(plain(path, TarEntry.Kind.SYMLINK, 0777, target), new byte[0]);
  }

  Parcel hardlink(String path, String target) {
    return entry(plain(path, TarEntry.Kind.HARDLINK, 0644, target), new byte[0]);
  }

  /** An entry of this type, which no writer of ours would write. */
  Parcel oddity(String path, char type) {
    Parcel other = new Parcel("odd", "1").file(path, 0644, "");
    byte[] header = other.layers.getFirst().toByteArray();
    // The sum of the header changes with the letter.
    int sum = Integer.parseInt(new String(header, 148, 6, UTF_8), 8) - header[156] + type;
    header[156] = (byte) type;
    System.arraycopy("%06o".formatted(sum).getBytes(UTF_8), 0, header, 148, 6);
    layers.getLast().write(header, 0, 512);
    entries++;
    return this;
  }

  Parcel setuid(String... paths) {
    setuid.addAll(List.of(paths));
    return this;
  }

  Parcel capabilities(String... paths) {
    capabilities.addAll(List.of(paths));
    return this;
  }

  Parcel immutable() {
    immutable = true;
    return this;
  }

  Parcel declaring(long bytes, long entries) {
    this.bytes = bytes;
    this.entries = entries;
    return this;
  }

  Parcel nextLayer() {
    layers.add(new ByteArrayOutputStream());
    return this;
  }

  Parcel packed(Compression with) {
    compression = with;
    return this;
  }

  /** What happens to the packed bytes on their way. */
  Parcel over(UnaryOperator<InputStream> wire) {
    this.wire = wire;
    return this;
  }

  /** A tar archive that something else made, as the only layer. */
  Parcel archive(byte[] tar) {
    layers.getLast().writeBytes(tar);
    return this;
  }

  Release release() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    layers.forEach(layer -> all.writeBytes(layer.toByteArray()));
    all.writeBytes((name + " " + version).getBytes(UTF_8));
    return new Release(name, version, Digest.of(all.toByteArray()));
  }

  Delivery delivery() {
    return delivery(layers.stream().<Layer>map(layer -> layer(layer.toByteArray())).toList());
  }

  /** Its only layer with this table of contents, instead of {@link #table}. */
  Delivery listed(Table table) {
    Layer.Packed plain = layer(layers.getFirst().toByteArray());
    return delivery(
        List.of(
            new Layer.Packed(
                plain.size(), plain.compression(), plain.opener(), Optional.of(table))));
  }

  /** Put together by this supply. */
  Delivery assembled(Supply supply) {
    return delivery(List.of(new Layer.Assembled(table(), "the test", () -> supply)));
  }

  /** What it holds. */
  Table table() {
    return new Table(new Toc(listed), "packed table".getBytes(UTF_8));
  }

  /** What is in one of its files. */
  byte[] content(String path) {
    return contents.get(path);
  }

  private Descriptor descriptor() {
    return new Descriptor(
        name,
        version,
        new Platform("linux", "amd64"),
        List.of(),
        HealthCheck.DEFAULT,
        Descriptor.Hooks.NONE,
        List.of(),
        List.of(),
        List.of(),
        setuid,
        capabilities,
        Descriptor.Data.NONE,
        immutable,
        bytes,
        entries);
  }

  private Delivery delivery(List<Layer> layers) {
    return new Delivery(
        release(),
        descriptor(),
        (name + " " + version + (immutable ? " immutable" : "")).getBytes(UTF_8),
        layers);
  }

  byte[] packedBytes() {
    return pack(layers.getFirst().toByteArray());
  }

  Parcel entry(TarEntry entry, byte[] data) {
    ByteArrayOutputStream one = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(one)) {
      writer.add(entry, new ByteArrayInputStream(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Without the two blocks that end an archive: more may come.
    layers.getLast().write(one.toByteArray(), 0, one.size() - 1024);
    bytes += entry.size();
    entries++;
    contents.put(entry.name(), data);
    boolean file = entry.kind() == TarEntry.Kind.FILE;
    listed.add(
        new Toc.Entry(entry, file ? Optional.of(Digest.of(data)) : Optional.empty(), List.of()));
    return this;
  }

  private TarEntry plain(String path, TarEntry.Kind kind, int mode, String link) {
    return new TarEntry(path, kind, mode, owner, THEN, 0, link, Map.of(), List.of());
  }

  private Layer.Packed layer(byte[] tar) {
    byte[] packed = pack(tar);
    return new Layer.Packed(
        packed.length, compression, () -> wire.apply(new ByteArrayInputStream(packed)));
  }

  private byte[] pack(byte[] tar) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = compression.encode(packed)) {
      out.write(tar);
      out.write(new byte[1024]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
