package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * OLPC's canonical JSON, the form that is signed: members sorted by code point, no spaces, and in
 * texts only the quote and the backslash are escaped.
 */
public final class CanonicalJson {

  private CanonicalJson() {}

  /** The canonical UTF-8 bytes of a value. */
  public static byte[] encode(Tree tree) {
    StringBuilder out = new StringBuilder();
    write(tree, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Tree tree, StringBuilder out) {
    switch (tree) {
      case Tree.Text(String text) -> write(text, out);
      case Tree.Whole(long number) -> out.append(number);
      case Tree.Flag(boolean on) -> out.append(on);
      case Tree.Nothing() -> out.append("null");
      case Tree.Items(List<Tree> items) -> {
        out.append('[');
        for (Iterator<Tree> each = items.iterator(); each.hasNext(); ) {
          write(each.next(), out);
          out.append(each.hasNext() ? "," : "");
        }
        out.append(']');
      }
      case Tree.Members(var members) -> {
        out.append('{');
        for (var each = sorted(members).iterator(); each.hasNext(); ) {
          var member = each.next();
          write(member.getKey(), out);
          out.append(':');
          write(member.getValue(), out);
          out.append(each.hasNext() ? "," : "");
        }
        out.append('}');
      }
    }
  }

  private static List<Map.Entry<String, Tree>> sorted(Map<String, Tree> members) {
    return members.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(CanonicalJson::byCodePoint))
        .toList();
  }

  // String.compareTo sorts by UTF-16, where astral characters come before U+E000..U+FFFF.
  private static int byCodePoint(String one, String other) {
    int at = 0;
    int most = Math.min(one.length(), other.length());
    while (at < most && one.charAt(at) == other.charAt(at)) {
      at++;
    }
    if (at == most) {
      return Integer.compare(one.length(), other.length());
    }
    char left = one.charAt(at);
    char right = other.charAt(at);
    if (Character.isSurrogate(left) != Character.isSurrogate(right)) {
      return Character.isSurrogate(left) ? 1 : -1;
    }
    return Character.compare(left, right);
  }

  private static void write(String text, StringBuilder out) {
    out.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
  }
}
