package io.fleetinstaller.packaging;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The agent of the demonstration: a small HTTP service on loopback that says how it is ({@code
 * /health}) and who it is ({@code /version}). Its release is a folder with a file {@code version};
 * a sick one has a file {@code sick-after}, the number of good answers before it only says 500.
 */
public final class DemoAgent {
  private static final int PATIENCE_MILLIS = 2000;

  private final String version;
  private int goodAnswersLeft;

  private DemoAgent(Path home) throws IOException {
    this.version = Files.readString(home.resolve("version")).strip();
    this.goodAnswersLeft = goodAnswers(home.resolve("sick-after"));
  }

  /** {@code serve HOME PORT}, {@code get PORT PATH} or {@code port}, which prints a free one. */
  public static void main(String[] arguments) throws IOException {
    switch (arguments[0]) {
      case "serve" -> new DemoAgent(Path.of(arguments[1])).serve(Integer.parseInt(arguments[2]));
      case "get" -> System.out.println(get(Integer.parseInt(arguments[1]), arguments[2]));
      case "port" -> System.out.println(freePort());
      case String other -> throw new IllegalArgumentException("cannot do " + other);
    }
  }

  private static int goodAnswers(Path file) throws IOException {
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (NoSuchFileException _) {
      return Integer.MAX_VALUE;
    }
  }

  private void serve(int port) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      System.out.println("demo-agent " + version + " serves on port " + port);
      while (true) {
        try (Socket client = server.accept()) {
          client.setSoTimeout(PATIENCE_MILLIS);
          answer(client);
        } catch (IOException e) {
          System.out.println("a client went away: " + e.getMessage());
        }
      }
    }
  }

  private void answer(Socket client) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
    String request = String.valueOf(in.readLine());
    for (String line = in.readLine(); line != null && !line.isEmpty(); ) {
      line = in.readLine();
    }
    if (request.startsWith("GET /version ")) {
      write(client, "200 OK", version);
    } else if (goodAnswersLeft > 0) {
      goodAnswersLeft--;
      write(client, "200 OK", "fine");
    } else {
      System.out.println("ERROR cannot answer: the queue is full");
      write(client, "500 Internal Server Error", "the queue is full");
    }
  }

  private static void write(Socket client, String status, String body) throws IOException {
    String answer =
        "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(status, body.length(), body);
    OutputStream out = client.getOutputStream();
    out.write(answer.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static String get(int port, String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request = "GET %s HTTP/1.0\r\n\r\n".formatted(path);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.substring(answer.indexOf("\r\n\r\n") + "\r\n\r\n".length());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return server.getLocalPort();
    }
  }
}
