package io.fleetinstaller.api;

import io.fleetinstaller.api.Caller.Access;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers on the socket until it is closed. One request per connection, each on its own thread;
 * nothing that a caller does ends it.
 */
public final class Server implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long IDLE_THREAD_SECONDS = 10;

  private final SocketFile file;
  private final ServerSocketChannel listener;
  private final Gate gate;
  private final Routes routes;
  private final Limits limits;
  private final ThreadPoolExecutor threads;

  private Server(Socket socket, Operations operations, Limits limits) {
    this.file = socket.file();
    this.listener = socket.listener();
    this.gate = socket.gate();
    this.routes = new Routes(operations, limits);
    this.limits = limits;
    this.threads =
        new ThreadPoolExecutor(
            0,
            limits.connections(),
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("api-", 0).factory());
  }

  private record Socket(SocketFile file, ServerSocketChannel listener, Gate gate) {}

  /** Listens and answers from now on. */
  public static Server open(SocketFile file, Operations operations, Limits limits) throws Fault {
    LOG.atInfo().addKeyValue("socket", file.path()).log("listening on {}", file.path());
    ServerSocketChannel listener = file.listen();
    try {
      Server server = new Server(new Socket(file, listener, Gate.of(file)), operations, limits);
      Thread.ofPlatform().daemon().name("api-accept").start(server::accept);
      return server;
    } catch (IOException e) {
      throw new Fault.Broken(
          ReasonCode.HOST_FAILED, "cannot look up the owner of %s: %s".formatted(file.path(), e));
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        admit(listener.accept());
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException e) {
        LOG.warn("cannot accept a connection: {}; trying again in {}", e.toString(), PAUSE);
        if (!pause()) {
          return;
        }
      }
    }
  }

  // Without it, a lack of file descriptors would spin.
  private boolean pause() {
    try {
      Connection.TIME.sleep(PAUSE);
      return true;
    } catch (InterruptedException _) {
      return false;
    }
  }

  private void admit(SocketChannel channel) {
    try {
      threads.execute(() -> serve(channel));
    } catch (RejectedExecutionException _) {
      turnAway(channel);
    }
  }

  // On the accepting thread, so it waits for nothing.
  private static void turnAway(SocketChannel channel) {
    Reason full = new Reason(ReasonCode.BUSY, "too many connections; try again in a second");
    Response response = Response.error(503, Ending.TRANSIENT, full).with("Retry-After", "1");
    try (channel) {
      channel.configureBlocking(false);
      channel.write(ByteBuffer.wrap(response.bytes()));
      channel.shutdownOutput();
      channel.read(ByteBuffer.allocate(8 << 10));
    } catch (IOException e) {
      LOG.debug("a caller went away: {}", e.toString());
    }
  }

  private void serve(SocketChannel channel) {
    try (Connection connection = Connection.over(channel)) {
      Response response = answer(connection);
      connection.within(limits.deliver());
      connection.write(response.bytes());
      connection.finish();
    } catch (IOException e) {
      LOG.debug("a caller went away: {}", e.toString());
    } catch (InterruptedException _) {
      LOG.debug("a caller is left without an answer: the server is closing");
    }
  }

  private Response answer(Connection connection) throws IOException, InterruptedException {
    Caller caller = gate.caller(connection.channel());
    if (caller.access() == Access.NONE) {
      return Response.refused(
          403, ReasonCode.FORBIDDEN, "%s may not ask; ask as root".formatted(caller.user()));
    }
    try {
      return routes.answer(new RequestReader(connection, limits).read(), caller);
    } catch (BadRequest e) {
      return e.response();
    } catch (RuntimeException e) {
      LOG.error("a bug in answering a request", e);
      return Response.error(
          500, Ending.BUG, new Reason(ReasonCode.BUG, "this is a bug: %s".formatted(e)));
    }
  }

  /** Takes no more requests, leaves those that wait without an answer, removes the socket. */
  @Override
  public void close() {
    try (listener) {
      Files.deleteIfExists(file.path());
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", file.path(), e.toString());
    }
    threads.shutdownNow();
  }
}
