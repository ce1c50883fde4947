package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What operators want of one package on the hosts of one group. Their document: its JSON Schema is
 * schema/deployment.schema.json. Immutable.
 */
public record Deployments(List<Deployment> all) {
  static final int FORMAT = 1;
  private static final int MOST = 100;

  public Deployments {
    all = List.copyOf(all);
    if (all.size() > MOST) {
      throw new IllegalArgumentException("%d are more than %d".formatted(all.size(), MOST));
    }
    if (all.stream().map(Deployment::name).distinct().count() > 1) {
      throw new IllegalArgumentException("they are of several packages; keep one");
    }
    if (all.stream().map(Deployment::id).distinct().count() < all.size()) {
      throw new IllegalArgumentException("two have the same id; ids are for ever");
    }
  }

  /** Where the deployments of a package lie in the repository's targets. */
  public static String path(String group, PackageName name) {
    return "deployments/" + Wording.folder(group) + "/" + name + ".json";
  }

  /** Reads a document of at most 1 MiB; refuses with the place of what is wrong. */
  public static Deployments parse(String source, byte[] bytes) throws Refused {
    Document document = Document.json(source, bytes);
    Wording.noNulls(document);
    document.number("formatVersion", FORMAT, FORMAT);
    if (!document.has("deployments")) {
      throw document.refuse("deployments", "it is missing");
    }
    List<Deployment> all = new ArrayList<>();
    for (Document one : document.objects("deployments")) {
      all.add(Deployment.of(one));
    }
    document.done();
    try {
      return new Deployments(all);
    } catch (IllegalArgumentException e) {
      throw document.refuse("deployments", String.valueOf(e.getMessage()));
    }
  }

  /** With this one, in the place of the one with the same id if there is one. */
  public Deployments with(Deployment deployment) {
    List<Deployment> more = new ArrayList<>(without(deployment.id()).all);
    more.add(deployment);
    return new Deployments(more);
  }

  public Deployments without(String id) {
    return new Deployments(all.stream().filter(one -> !one.id().equals(id)).toList());
  }

  /** The document, readable by people and by {@link #parse}. */
  public byte[] bytes() {
    return Written.bytes(tree());
  }

  /** The document as a tree for {@link io.fleetinstaller.io.Json}. */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", FORMAT);
    tree.put("deployments", all.stream().map(Deployment::tree).toList());
    return tree;
  }
}
