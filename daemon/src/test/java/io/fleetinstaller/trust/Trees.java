package io.fleetinstaller.trust;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Tree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trees from plain Java, and back to JSON text that is not canonical. */
public final class Trees {

  private Trees() {}

  /** Names and values in turn. */
  public static Tree.Members object(Object... namesAndValues) {
    Map<String, Tree> members = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      members.put((String) namesAndValues[i], tree(namesAndValues[i + 1]));
    }
    return Tree.Members.of(members);
  }

  public static Tree tree(Object value) {
    return switch (value) {
      case Tree tree -> tree;
      case String text -> new Tree.Text(text);
      case Integer number -> new Tree.Whole(number);
      case Long number -> new Tree.Whole(number);
      case Boolean on -> new Tree.Flag(on);
      case List<?> items -> new Tree.Items(items.stream().map(Trees::tree).toList());
      case Map<?, ?> map -> {
        Map<String, Tree> members = new LinkedHashMap<>();
        map.forEach((name, each) -> members.put((String) name, tree(each)));
        yield Tree.Members.of(members);
      }
      default -> throw new IllegalArgumentException(value.getClass().toString());
    };
  }

  /** The same object with one member changed, or taken out if the value is null. */
  public static Tree.Members with(Tree.Members object, String name, Object value) {
    Map<String, Tree> members = new LinkedHashMap<>(object.members());
    if (value == null) {
      members.remove(name);
    } else {
      members.put(name, tree(value));
    }
    return Tree.Members.of(members);
  }

  /** The JSON text of a tree, in a form that is not canonical. */
  public static byte[] json(Tree tree) {
    return Json.bytes(plain(tree));
  }

  private static Object plain(Tree tree) {
    return switch (tree) {
      case Tree.Text(String text) -> text;
      case Tree.Whole(long number) -> number;
      case Tree.Flag(boolean on) -> on;
      case Tree.Nothing() -> Optional.empty();
      case Tree.Items(List<Tree> items) -> items.stream().map(Trees::plain).toList();
      case Tree.Members(var members) -> {
        Map<String, Object> plain = new LinkedHashMap<>();
        members.forEach((name, value) -> plain.put(name, plain(value)));
        yield plain;
      }
    };
  }
}
