package io.fleetinstaller.http;

import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.Credentials;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * The door to OkHttp. It sends one request as it is: no redirects, no log-in, no compression, no
 * cache. What goes wrong before an answer comes is told apart by what failed. Thread-safe.
 */
public final class Http implements Closeable {
  private static final Pattern FINAL_WORD =
      Pattern.compile(
          "Failed to authenticate with proxy|Unexpected response code for CONNECT: 4..");

  private final OkHttpClient client;
  private final Patience patience;

  private Http(OkHttpClient client, Patience patience) {
    this.client = client;
    this.patience = patience;
  }

  Http(Patience patience, Authorities trust, Proxies proxies) {
    this.patience = patience;
    this.client =
        new OkHttpClient.Builder()
            .connectTimeout(patience.connect())
            .readTimeout(patience.silence())
            .writeTimeout(patience.silence())
            .followRedirects(false)
            .followSslRedirects(false)
            .connectionPool(new ConnectionPool(4, 30, TimeUnit.SECONDS))
            .proxySelector(selector(proxies))
            .proxyAuthenticator((_, response) -> proxyLogin(proxies, response))
            .sslSocketFactory(trust.context().getSocketFactory(), trust.manager())
            .eventListenerFactory(call -> listener(call))
            .build();
  }

  /** The same connections, with less patience for documents. */
  public Http hurried() {
    return new Http(client, patience.hurried());
  }

  /**
   * One request.
   *
   * @param quick true for a small document, which must be there within the patience for documents
   */
  public record Ask(
      String method,
      URI uri,
      Map<String, String> headers,
      @Nullable Content content,
      boolean quick) {
    public Ask {
      headers = Map.copyOf(headers);
    }

    // Headers hold credentials.
    @Override
    public String toString() {
      return method + " " + uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
    }
  }

  /** Bytes to send, which can be opened again when they must be sent again. */
  public record Content(String mediaType, long size, Opener opener) {
    public interface Opener {
      InputStream open() throws IOException;
    }
  }

  /** One answer; whoever has it closes it. */
  public record Answer(int status, Headers headers, InputStream body, boolean proxied)
      implements Closeable {
    public interface Headers {
      List<String> all(String name);

      default Optional<String> first(String name) {
        return all(name).stream().findFirst();
      }
    }

    /** What a Retry-After header says; zero: nothing. Not capped. */
    public Duration retryAfter() {
      return RetryAfter.of(headers);
    }

    public OptionalLong length() {
      return headers
          .first("Content-Length")
          .filter(text -> text.matches("[0-9]{1,18}"))
          .map(text -> OptionalLong.of(Long.parseLong(text)))
          .orElse(OptionalLong.empty());
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /** Sends it and waits for the head of the answer. */
  public Answer send(Ask ask) throws Failure, InterruptedException {
    Progress progress = new Progress();
    Request.Builder request =
        new Request.Builder().url(ask.uri().toString()).tag(Progress.class, progress);
    // Bytes must arrive as they are hashed; OkHttp would ask for gzip by itself.
    request.header("Accept-Encoding", "identity").header("User-Agent", "fleet-installer");
    ask.headers().forEach(request::header);
    request.method(ask.method(), ask.content() == null ? null : body(ask.content()));
    Call call = client.newCall(request.build());
    Deadline deadline = new Deadline(call, patience.document());
    if (ask.quick()) {
      call.timeout().timeout(patience.document().toMillis(), TimeUnit.MILLISECONDS);
    } else if (ask.content() == null) {
      deadline.enter();
    }
    try {
      Response response = call.execute();
      if (response.isSuccessful()) {
        // What comes now may take its time; the words of a refusal may not.
        deadline.exit();
      }
      InputStream body = body(response, call, deadline);
      return new Answer(response.code(), response.headers()::values, body, progress.proxied);
    } catch (IOException e) {
      throw failure(ask.uri(), progress, deadline.exit() ? late(e) : e);
    }
  }

  private static IOException late(IOException e) {
    return (IOException) new InterruptedIOException("timeout").initCause(e);
  }

  /** The address that a Location header means; empty when it is none for http or https. */
  public static Optional<URI> resolve(URI base, String location) {
    HttpUrl from = HttpUrl.parse(base.toString());
    return Optional.ofNullable(from).map(url -> url.resolve(location)).map(HttpUrl::uri);
  }

  private InputStream body(Response response, Call call, Deadline deadline) {
    boolean chunked = response.body().contentLength() < 0;
    Deadline each = new Deadline(call, patience.document());
    return new TimedBody(
        response.body().byteStream(),
        new TimedBody.Limits(patience.silence(), deadline, each, chunked));
  }

  private static RequestBody body(Content content) {
    return new RequestBody() {
      @Override
      public @Nullable MediaType contentType() {
        return content.mediaType().isEmpty() ? null : MediaType.parse(content.mediaType());
      }

      @Override
      public long contentLength() {
        return content.size();
      }

      @Override
      public void writeTo(BufferedSink sink) throws IOException {
        try (Source source = Okio.source(content.opener().open())) {
          sink.writeAll(source);
        }
      }
    };
  }

  private Failure failure(URI uri, Progress progress, IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while waiting for " + uri.getHost());
    }
    Optional<Fault> ours = Faulted.in(e);
    if (ours.isPresent()) {
      // What was to be sent could not be read: no word about the network.
      return Failure.lasting(ours.get().reason().code(), ours.get().reason().sentence());
    }
    if (progress.connected) {
      return afterConnecting(uri, e);
    }
    if (e instanceof SSLException) {
      return tls(uri, e);
    }
    if (progress.proxied) {
      return proxy(e);
    }
    if (e instanceof UnknownHostException) {
      return Failure.passing(
          ReasonCode.DNS_FAILED, "the name %s cannot be resolved".formatted(uri.getHost()));
    }
    return Failure.passing(
        ReasonCode.CONNECT_FAILED,
        "%s cannot be reached (%s)".formatted(uri.getAuthority(), text(e)));
  }

  // What a proxy answered to CONNECT is told in words only.
  private static Failure proxy(IOException e) {
    String why = "the proxy failed (%s)".formatted(text(e));
    return FINAL_WORD.matcher(text(e)).matches()
        ? Failure.lasting(ReasonCode.PROXY_FAILED, why + "; see to network.proxy")
        : Failure.passing(ReasonCode.PROXY_FAILED, why);
  }

  private Failure afterConnecting(URI uri, IOException e) {
    boolean late = e instanceof InterruptedIOException;
    return late
        ? Failure.passing(
            ReasonCode.TOO_SLOW, "%s did not answer in time (%s)".formatted(uri.getHost(), text(e)))
        : Failure.passing(
            ReasonCode.TRANSFER_BROKEN,
            "%s closed the connection (%s)".formatted(uri.getHost(), text(e)));
  }

  // A handshake that the network cut may work next time; one that ended in a verdict does not.
  private static Failure tls(URI uri, IOException e) {
    boolean cut = e.getCause() instanceof IOException && !(e.getCause() instanceof SSLException);
    String why = "no trusted connection to %s (%s)".formatted(uri.getHost(), text(e));
    return cut
        ? Failure.passing(ReasonCode.TLS_FAILED, why)
        : Failure.lasting(
            ReasonCode.TLS_FAILED,
            why + "; see to its certificate, this host's clock, or network.ca");
  }

  private static String text(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    client.dispatcher().cancelAll();
    client.connectionPool().evictAll();
  }

  /** How far a call got; written by the thread that runs it and by OkHttp's that connect for it. */
  private static final class Progress {
    private volatile boolean proxied;
    private volatile boolean connected;
  }

  private static EventListener listener(Call call) {
    Progress progress = call.request().tag(Progress.class);
    return progress == null ? EventListener.NONE : new Watch(progress);
  }

  private static final class Watch extends EventListener {
    private final Progress progress;

    Watch(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
      progress.proxied = proxies.stream().anyMatch(proxy -> proxy.type() == Proxy.Type.HTTP);
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
      progress.connected = true;
      progress.proxied = connection.route().proxy().type() == Proxy.Type.HTTP;
    }
  }

  private static ProxySelector selector(Proxies proxies) {
    return new ProxySelector() {
      @Override
      public List<Proxy> select(URI uri) {
        return List.of(proxies.of(uri).map(Http::proxy).orElse(Proxy.NO_PROXY));
      }

      @Override
      public void connectFailed(URI uri, java.net.SocketAddress address, IOException e) {
        // There is one proxy or none; nothing to choose from.
      }
    };
  }

  private static Proxy proxy(URI uri) {
    int port = uri.getPort() < 0 ? 80 : uri.getPort();
    return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
  }

  private static @Nullable Request proxyLogin(Proxies proxies, Response response) {
    Optional<Login> login = proxies.login(response.request().url().uri());
    // Asked a second time: the proxy does not like what it was told.
    if (login.isEmpty() || response.request().header("Proxy-Authorization") != null) {
      return null;
    }
    String basic = Credentials.basic(login.get().user(), login.get().password());
    return response.request().newBuilder().header("Proxy-Authorization", basic).build();
  }
}
