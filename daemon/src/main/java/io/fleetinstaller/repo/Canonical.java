package io.fleetinstaller.repo;

import io.fleetinstaller.io.Tree;
import io.fleetinstaller.trust.CanonicalJson;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes that are signed: canonical, and with nothing in them that clients could read in two
 * ways, so whole numbers below 2^53 and ASCII only.
 */
final class Canonical {
  private static final long LARGEST = (1L << 53) - 1;

  private Canonical() {}

  static byte[] bytes(Map<String, Object> tree) {
    return CanonicalJson.encode(members(tree));
  }

  private static Tree tree(Object value) {
    return switch (value) {
      case Map<?, ?> map -> members(map);
      case Collection<?> items -> items(items);
      case Boolean flag -> new Tree.Flag(flag);
      case Integer number -> whole(number);
      case Long number -> whole(number);
      case String text -> new Tree.Text(ascii(text));
      case Object other -> throw new IllegalArgumentException(other + " cannot be signed");
    };
  }

  private static Tree members(Map<?, ?> map) {
    Map<String, Tree> members = new LinkedHashMap<>();
    map.forEach((key, value) -> members.put(ascii(String.valueOf(key)), tree(value)));
    return Tree.Members.of(members);
  }

  private static Tree items(Collection<?> values) {
    List<Tree> items = new ArrayList<>();
    values.forEach(value -> items.add(tree(value)));
    return new Tree.Items(items);
  }

  private static Tree whole(long number) {
    if (number < 0 || number > LARGEST) {
      throw new IllegalArgumentException(number + " cannot be signed: it is not below 2^53");
    }
    return new Tree.Whole(number);
  }

  private static String ascii(String text) {
    if (text.chars().anyMatch(letter -> letter >= 128)) {
      throw new IllegalArgumentException("'%s' cannot be signed: it is not ASCII".formatted(text));
    }
    return text;
  }
}
