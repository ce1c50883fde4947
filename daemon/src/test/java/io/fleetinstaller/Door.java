package io.fleetinstaller;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a library may enter: in one package, through so many top-level classes. An empty package
 * means any.
 */
record Door(List<String> library, String in, int classes) {
  private static final String BASE = "io.fleetinstaller.";

  List<String> broken(JavaClasses all) {
    List<JavaClass> users = all.stream().filter(this::uses).toList();
    Map<String, List<JavaClass>> families =
        users.stream().collect(groupingBy(Door::family, TreeMap::new, toList()));
    if (families.size() > classes) {
      return List.of(
          "%s is used by %s; its door has room for %d"
              .formatted(library, families.keySet(), classes));
    }
    return families.keySet().stream()
        .filter(family -> !family.startsWith(BASE + in))
        .map(family -> "%s is used by %s; its door is in %s".formatted(library, family, in))
        .toList();
  }

  private boolean uses(JavaClass user) {
    return user.getDirectDependenciesFromSelf().stream()
        .anyMatch(dependency -> holds(dependency.getTargetClass().getBaseComponentType()));
  }

  private boolean holds(JavaClass used) {
    return library.stream().anyMatch(prefix -> used.getPackageName().startsWith(prefix));
  }

  private static String family(JavaClass user) {
    return user.getName().replaceFirst("\\$.*", "");
  }
}
