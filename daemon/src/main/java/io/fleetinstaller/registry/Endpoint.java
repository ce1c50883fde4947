package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import java.io.IOException;

/**
 * One thing that can be asked of a registry.
 *
 * @param <T> what comes of it
 */
interface Endpoint<T> {

  Http.Ask ask();

  /** What the answer means. It is closed afterwards unless {@link #keepsAnswer} says otherwise. */
  T read(Http.Answer answer) throws Failure, IOException;

  /** True when this result still reads from the answer. */
  default boolean keepsAnswer(T result) {
    return false;
  }

  /** Whether it may be asked for where the registry sent somebody before. */
  default boolean takesDetours() {
    return false;
  }
}
