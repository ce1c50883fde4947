package io.fleetinstaller.slots;

import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Scratch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;

/** The real thing, but for one of its methods. */
public final class Interposed {
  private Interposed() {}

  /** What the method would have done. */
  public interface Call {
    Object run() throws Throwable;

    /** What it was called with. */
    List<Object> words();
  }

  /** What happens instead. */
  @FunctionalInterface
  public interface Detour {
    Object take(Call real) throws Throwable;
  }

  public static <T> T in(Class<T> type, T real, String method, Detour detour) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, called, words) -> {
              Call call = call(real, called, words == null ? new Object[0] : words);
              return called.getName().equals(method) ? detour.take(call) : call.run();
            });
    return type.cast(proxy);
  }

  private static Call call(Object real, Method called, Object[] words) {
    return new Call() {
      @Override
      public Object run() throws Throwable {
        try {
          return called.invoke(real, words);
        } catch (InvocationTargetException e) {
          throw e.getTargetException();
        }
      }

      @Override
      public List<Object> words() {
        return Arrays.asList(words);
      }
    };
  }

  /** A real disk. */
  public static Scratch disk(String method, Detour detour) {
    return in(Scratch.class, new FileScratch(), method, detour);
  }

  /** A real disk that says it has all the room in the world. */
  static Scratch unlimited() {
    return disk("free", _ -> new Scratch.Free(Long.MAX_VALUE, Long.MAX_VALUE));
  }
}
