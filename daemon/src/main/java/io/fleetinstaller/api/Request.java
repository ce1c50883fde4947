package io.fleetinstaller.api;

import java.util.List;
import java.util.Map;

/**
 * One request as it arrived.
 *
 * @param path its segments, decoded, without empty ones at the end
 * @param body proper UTF-8
 */
record Request(String method, List<String> path, Map<String, String> query, String body) {}
