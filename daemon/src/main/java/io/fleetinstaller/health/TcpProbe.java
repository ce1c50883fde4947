package io.fleetinstaller.health;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Does something accept connections on this port of 127.0.0.1? */
record TcpProbe(int port, Duration timeout, boolean required) implements Probe {

  @Override
  public String question() {
    return "tcp 127.0.0.1:" + port;
  }

  @Override
  public Answer ask() {
    try (Socket socket = new Socket()) {
      byte[] loopback = {127, 0, 0, 1};
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(loopback), port),
          Math.toIntExact(timeout.toMillis()));
      return new Answer.Passed("connected");
    } catch (IOException e) {
      return Environment.answer(e);
    }
  }
}
