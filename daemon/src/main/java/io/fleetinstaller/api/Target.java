package io.fleetinstaller.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The path and query of a request. */
record Target(List<String> path, Map<String, String> query) {

  static Target parse(String text) throws BadRequest {
    int mark = text.indexOf('?');
    String path = mark < 0 ? text : text.substring(0, mark);
    try {
      List<String> segments =
          Arrays.stream(path.substring(1).split("/")).map(Target::decode).toList();
      return new Target(segments, query(mark < 0 ? "" : text.substring(mark + 1)));
    } catch (IllegalArgumentException _) {
      throw new BadRequest(400, "the path or query is not percent-encoded as it should be");
    }
  }

  private static Map<String, String> query(String text) throws BadRequest {
    Map<String, String> query = new LinkedHashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split("&")) {
      int equal = pair.indexOf('=');
      String name = decode(equal < 0 ? pair : pair.substring(0, equal));
      if (query.put(name, equal < 0 ? "" : decode(pair.substring(equal + 1))) != null) {
        throw new BadRequest(400, "the query names %s twice".formatted(name));
      }
    }
    return query;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  Request request(String method, String body) {
    return new Request(method, path, query, body);
  }
}
