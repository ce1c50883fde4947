package io.fleetinstaller.health;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One GET and its answer, over a connection of its own: no proxy, no redirects, no cookies, and
 * hard limits on all that is read. It is here so that a probe needs no HTTP client, no pool and no
 * threads. Each read is bounded by the timeout; {@link Asking} bounds the whole.
 */
final class HttpGet implements AutoCloseable {
  private static final int LONGEST_HEAD = 32 * 1024;
  private static final int LONGEST_BODY = 64 * 1024;

  private final Socket socket;
  private final InputStream in;
  private int headLeft = LONGEST_HEAD;
  private int status;
  private Map<String, String> headers = Map.of();

  private HttpGet(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends the request and reads the head of the answer. */
  static HttpGet open(URI url, Duration timeout) throws IOException {
    Socket socket = new Socket();
    try {
      int millis = Math.toIntExact(timeout.toMillis());
      socket.setSoTimeout(millis);
      socket.connect(new InetSocketAddress(host(url), port(url)), millis);
      HttpGet get = new HttpGet(secure(url) ? Tls.over(socket, host(url), port(url)) : socket);
      get.send(url);
      return get;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  int status() {
    return status;
  }

  /** At most the first 64 KiB. */
  String body() throws IOException {
    byte[] bytes;
    if (headers
        .getOrDefault("transfer-encoding", "")
        .toLowerCase(Locale.ROOT)
        .contains("chunked")) {
      bytes = chunks();
    } else {
      bytes = in.readNBytes(declared());
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // the answer is already in hand
    }
  }

  private void send(URI url) throws IOException {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    String request =
        """
        GET %s%s HTTP/1.1
        Host: %s
        User-Agent: fleet-installer
        Accept: */*
        Connection: close

        """
            .formatted(
                path,
                query,
                url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort())
            .replace("\n", "\r\n");
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    do {
      readHead();
    } while (status >= 100 && status < 200);
  }

  private void readHead() throws IOException {
    String[] words = line().split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-9][0-9]{2}")) {
      throw new IOException("what answers does not speak HTTP/1");
    }
    status = Integer.parseInt(words[1]);
    headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(line.substring(0, colon), line.substring(colon + 1).trim());
      }
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended before the answer did");
      }
      if (--headLeft < 0) {
        throw new IOException("the head of the answer is longer than 32 KiB");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  private int declared() {
    String length = headers.getOrDefault("content-length", "");
    return length.matches("[0-9]{1,5}")
        ? Math.min(Integer.parseInt(length), LONGEST_BODY)
        : LONGEST_BODY;
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (long size = chunkSize(line()); size > 0; size = chunkSize(line())) {
      body.write(in.readNBytes((int) Math.min(size, LONGEST_BODY - body.size())));
      if (body.size() >= LONGEST_BODY) {
        break;
      }
      line();
    }
    return body.toByteArray();
  }

  private static long chunkSize(String line) throws IOException {
    String hex = line.split(";", 2)[0].trim();
    if (!hex.matches("[0-9a-fA-F]{1,8}")) {
      throw new IOException("the answer's chunks are broken");
    }
    return Long.parseLong(hex, 16);
  }

  private static boolean secure(URI url) {
    return "https".equalsIgnoreCase(url.getScheme());
  }

  private static int port(URI url) {
    return url.getPort() > 0 ? url.getPort() : secure(url) ? 443 : 80;
  }

  private static String host(URI url) {
    return url.getHost().replace("[", "").replace("]", "");
  }
}
