package io.fleetinstaller.io;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** A JSON value as it was read: immutable, numbers exact, members in the order of the text. */
public sealed interface Tree {

  record Text(String text) implements Tree {}

  record Whole(long number) implements Tree {}

  record Flag(boolean on) implements Tree {}

  record Nothing() implements Tree {}

  record Items(List<Tree> items) implements Tree {
    public Items {
      items = List.copyOf(items);
    }
  }

  record Members(SequencedMap<String, Tree> members) implements Tree {
    public Members {
      members = java.util.Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    }

    /** For whoever makes one. */
    public static Members of(Map<String, ? extends Tree> members) {
      return new Members(new LinkedHashMap<>(members));
    }
  }
}
