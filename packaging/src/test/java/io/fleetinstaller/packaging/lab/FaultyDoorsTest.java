package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Held;
import io.fleetinstaller.io.Scratch;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing that changes a disk goes past the laboratory, whatever the doors may come to offer. */
final class FaultyDoorsTest {
  private static final List<Class<?>> DOORS =
      List.of(Disk.class, Disk.Appender.class, Scratch.class, Scratch.Output.class);

  /** They look, or give a descriptor back: what was written before is on its way either way. */
  private static final Set<String> NO_CHANGES =
      Set.of("Scratch.free", "Output.read", "Output.close", "Appender.close");

  private static final int READ = 7;
  private static final Scratch.Free FREE = new Scratch.Free(3, 4);

  @TempDir Path folder;
  private final List<String> reached = new ArrayList<>();

  @ParameterizedTest(name = "{0}")
  @MethodSource("methods")
  void a_method_is_a_fault_point_and_comes_to_the_door_as_it_was_meant(
      String name, Class<?> door, Method method) throws Exception {
    Object faulty = faulty(door);
    Files.createFile(folder.resolve("record"));
    reached.clear();
    try (Held held = Held.at(folder)) {
      Object[] arguments = arguments(method, held);

      Object answer = method.invoke(faulty, arguments);

      assertThat(reached).as("with its own words").containsExactly(told(method, arguments));
      assertThat(isAsGiven(answer)).as("what it answers: %s", answer).isTrue();
    }
    assertThat(Files.readAllLines(folder.resolve("record")))
        .as("fault points")
        .hasSize(NO_CHANGES.contains(name) ? 0 : 1);
  }

  static Stream<Arguments> methods() {
    return DOORS.stream()
        .flatMap(door ->
            Stream.of(door.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .map(method -> Arguments.of(name(door, method), door, method)));
  }

  @Test
  void each_exception_is_one_of_a_method() {
    assertThat(methods().map(it -> it.get()[0].toString())).containsAll(NO_CHANGES);
  }

  private static String name(Class<?> door, Method method) {
    return door.getSimpleName() + "." + method.getName();
  }

  private Object faulty(Class<?> door) throws IOException {
    FaultPoints points = new FaultPoints(new FaultSwitch(folder, System.getProperty("user.name")));
    Names names = new Names(Path.of("/state"), Path.of("/packages"), Path.of("/units"));
    FaultyDisk disk = new FaultyDisk(real(Disk.class), points, names);
    FaultyScratch scratch = new FaultyScratch(real(Scratch.class), points, names);
    Path file = Path.of("/state/file");
    Map<Class<?>, Object> all =
        Map.of(
            Disk.class,
            disk,
            Disk.Appender.class,
            disk.append(file),
            Scratch.class,
            scratch,
            Scratch.Output.class,
            scratch.file(file));
    return all.get(door);
  }

  /** A door that keeps what it is told. */
  private <T> T real(Class<T> door) {
    return door.cast(
        Proxy.newProxyInstance(
            door.getClassLoader(),
            new Class<?>[] {door},
            (_, method, arguments) -> {
              reached.add(told(method, arguments == null ? new Object[0] : arguments));
              return answer(method.getReturnType());
            }));
  }

  private Object answer(Class<?> type) {
    Object given = null;
    if (type == boolean.class) {
      given = true;
    } else if (type == int.class) {
      given = READ;
    } else if (type == Scratch.Free.class) {
      given = FREE;
    } else if (type.isInterface()) {
      given = real(type);
    }
    return given;
  }

  /** What is handed on; a file that is opened has fault points of its own. */
  private static boolean isAsGiven(Object answer) {
    return switch (answer) {
      case null -> true;
      case Boolean done -> done;
      case Integer read -> read == READ;
      case Scratch.Free free -> free.equals(FREE);
      default -> !Proxy.isProxyClass(answer.getClass());
    };
  }

  private static String told(Method method, Object... arguments) {
    return method.getName() + List.of(arguments);
  }

  /** No two of a kind are the same. */
  private static Object[] arguments(Method method, Held held) {
    List<Object> arguments = new ArrayList<>();
    for (Class<?> type : method.getParameterTypes()) {
      int place = arguments.size() + 1;
      Map<Class<?>, Object> values =
          Map.of(
              Path.class,
              Path.of("/state/" + place),
              String.class,
              "text " + place,
              byte[].class,
              new byte[place],
              int.class,
              place,
              long.class,
              (long) place,
              Held.class,
              held,
              Scratch.Attributes.class,
              Scratch.Attributes.mode(place));
      assertThat(values).as("a value for " + method).containsKey(type);
      arguments.add(values.get(type));
    }
    return arguments.toArray();
  }
}
