package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what it is asked for from an object that somebody signed, and refuses what is missing or of
 * another kind. Members that nobody asks for are none of our business: they were signed too.
 */
record Fields(String what, Tree.Members object) {

  static Fields of(String what, @Nullable Tree tree) throws Untrusted {
    if (tree instanceof Tree.Members object) {
      return new Fields(what, object);
    }
    throw new Untrusted(new Refusal.Malformed(what, "an object is missing"));
  }

  String text(String name) throws Untrusted {
    if (object.members().get(name) instanceof Tree.Text(String text)) {
      return text;
    }
    throw malformed("%s must be a text".formatted(name));
  }

  long whole(String name, long least) throws Untrusted {
    if (object.members().get(name) instanceof Tree.Whole(long number) && number >= least) {
      return number;
    }
    throw malformed("%s must be a whole number of at least %d".formatted(name, least));
  }

  boolean has(String name) {
    return object.members().containsKey(name);
  }

  boolean flag(String name) throws Untrusted {
    if (object.members().get(name) instanceof Tree.Flag(boolean on)) {
      return on;
    }
    throw malformed("%s must be true or false".formatted(name));
  }

  Fields object(String name) throws Untrusted {
    if (object.members().get(name) instanceof Tree.Members members) {
      return new Fields(what, members);
    }
    throw malformed("%s must be an object".formatted(name));
  }

  /** The members of an object whose values are objects all. */
  SequencedMap<String, Fields> objects(String name) throws Untrusted {
    SequencedMap<String, Fields> objects = new LinkedHashMap<>();
    Fields outer = object(name);
    for (String each : outer.object.members().sequencedKeySet()) {
      objects.put(each, outer.object(each));
    }
    return objects;
  }

  List<Fields> listOfObjects(String name) throws Untrusted {
    List<Fields> objects = new ArrayList<>();
    for (Tree each : items(name)) {
      if (!(each instanceof Tree.Members members)) {
        throw malformed("%s must hold objects".formatted(name));
      }
      objects.add(new Fields(what, members));
    }
    return objects;
  }

  /** Texts, none of them twice. */
  List<String> texts(String name) throws Untrusted {
    List<String> texts = new ArrayList<>();
    for (Tree each : items(name)) {
      if (!(each instanceof Tree.Text(String text))) {
        throw malformed("%s must hold texts".formatted(name));
      }
      texts.add(text);
    }
    if (texts.stream().distinct().count() < texts.size()) {
      throw malformed("%s holds one text twice".formatted(name));
    }
    return texts;
  }

  Untrusted malformed(String why) {
    return new Untrusted(new Refusal.Malformed(what, why));
  }

  private List<Tree> items(String name) throws Untrusted {
    if (object.members().get(name) instanceof Tree.Items(List<Tree> items)) {
      return items;
    }
    throw malformed("%s must be a list".formatted(name));
  }
}
