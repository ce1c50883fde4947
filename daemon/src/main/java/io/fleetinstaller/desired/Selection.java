package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which hosts a deployment is for. Everything that is named must match, by any one of its values;
 * nothing named means every host.
 *
 * @param tags by key, the values of which the host must have one
 * @param os in OCI's words, e.g. linux
 * @param arch in OCI's words, e.g. amd64
 * @param hosts patterns of host names
 */
public record Selection(
    SortedMap<String, List<String>> tags, List<String> os, List<String> arch, List<Glob> hosts) {
  public static final Selection ALL =
      new Selection(new TreeMap<>(), List.of(), List.of(), List.of());

  private static final int MOST = 100;
  private static final int LENGTH = 200;
  private static final Pattern WORD = Pattern.compile("[a-z0-9]{1,32}");

  public Selection {
    SortedMap<String, List<String>> copy = new TreeMap<>();
    tags.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    tags = java.util.Collections.unmodifiableSortedMap(copy);
    os = List.copyOf(os);
    arch = List.copyOf(arch);
    hosts = List.copyOf(hosts);
  }

  static String word(String text) {
    if (!WORD.matcher(text).matches()) {
      throw new IllegalArgumentException("it must be a word of a-z 0-9, e.g. linux or amd64");
    }
    return text;
  }

  static Selection of(Document document) throws Refused {
    SortedMap<String, List<String>> tags = new TreeMap<>();
    Optional<Document> object = document.optionalObject("tags");
    if (object.isPresent()) {
      tags.putAll(tags(object.get()));
    }
    List<String> os = Wording.several(document, "os", MOST, Selection::word);
    List<String> arch = Wording.several(document, "arch", MOST, Selection::word);
    List<Glob> hosts = Wording.several(document, "hosts", MOST, Glob::new);
    document.done();
    return new Selection(tags, os, arch, hosts);
  }

  private static SortedMap<String, List<String>> tags(Document document) throws Refused {
    SortedMap<String, List<String>> tags = new TreeMap<>();
    if (document.keys().size() > MOST) {
      throw document.refuse("", "it names too many tags");
    }
    for (String key : document.keys()) {
      try {
        Wording.refuseEmpty(key);
        Wording.refuseMore(key, LENGTH);
      } catch (IllegalArgumentException e) {
        throw document.refuse(key, String.valueOf(e.getMessage()));
      }
      tags.put(key, Wording.several(document, key, MOST, Wording.line(LENGTH)));
    }
    return tags;
  }

  /** Whether this host is meant. */
  public boolean covers(HostFacts host) {
    return (os.isEmpty() || os.contains(host.platform().os()))
        && (arch.isEmpty() || arch.contains(host.platform().architecture()))
        && (hosts.isEmpty() || hosts.stream().anyMatch(glob -> glob.matches(host.name())))
        && tags.entrySet().stream().allMatch(tag -> carries(host, tag.getKey(), tag.getValue()));
  }

  private static boolean carries(HostFacts host, String key, List<String> values) {
    return host.tags().containsKey(key) && host.tags().get(key).stream().anyMatch(values::contains);
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    Written.put(tree, "tags", tags);
    Written.put(tree, "os", os);
    Written.put(tree, "arch", arch);
    Written.put(tree, "hosts", hosts);
    return tree;
  }
}
