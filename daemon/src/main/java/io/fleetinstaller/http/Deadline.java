package io.fleetinstaller.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okio.AsyncTimeout;

/**
 * Ends a call that takes too long, however many bytes trickle in meanwhile. It counts from {@code
 * enter} to {@code exit}, which says whether it was over by then.
 */
final class Deadline extends AsyncTimeout {
  private final Call call;

  Deadline(Call call, Duration most) {
    this.call = call;
    timeout(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  protected void timedOut() {
    call.cancel();
  }
}
