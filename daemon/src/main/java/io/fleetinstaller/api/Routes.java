package io.fleetinstaller.api;

import io.fleetinstaller.api.Caller.Access;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.Tree;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which request asks for what. Thread-safe. */
final class Routes {
  private static final Pattern SEQ = Pattern.compile("\\d{1,18}");

  private final Operations operations;
  private final Limits limits;

  Routes(Operations operations, Limits limits) {
    this.operations = operations;
    this.limits = limits;
  }

  Response answer(Request request, Caller caller) throws InterruptedException {
    try {
      return route(request, caller);
    } catch (BadRequest e) {
      return e.response();
    } catch (Fault e) {
      return Response.of(e);
    }
  }

  private Response route(Request request, Caller caller)
      throws Fault, BadRequest, InterruptedException {
    List<String> path = request.path();
    if (path.size() < 2 || path.size() > 3 || !path.getFirst().equals("v1")) {
      throw unknown();
    }
    String last = path.size() == 3 ? path.get(2) : "";
    return switch (path.get(1) + (last.isEmpty() ? "" : "/")) {
      case "daemon" -> read(request, caller, () -> operations.daemon().tree());
      case "status" -> read(request, caller, () -> operations.status().tree());
      case "plan" -> read(request, caller, () -> operations.plan().tree());
      case "packages/" -> read(request, caller, () -> operations.explain(packageName(last)).tree());
      case "history" -> read(request, caller, () -> operations.history(Optional.empty()).tree());
      case "history/" ->
          read(request, caller, () -> operations.history(Optional.of(packageName(last))).tree());
      case "doctor" -> doctor(request, caller);
      case "jobs" -> submit(request, caller);
      case "jobs/" -> job(request, caller, last);
      case String _ -> throw unknown();
    };
  }

  private static BadRequest unknown() {
    return new BadRequest(
        404,
        ReasonCode.NOT_FOUND,
        "there is no such address; there are /v1/daemon, /v1/status, /v1/packages/{name},"
            + " /v1/plan, /v1/history, /v1/history/{name}, /v1/doctor, /v1/jobs, /v1/jobs/{id}");
  }

  /** A question whose answer a reader may have, without its evidence. */
  private static Response read(Request request, Caller caller, Question question)
      throws Fault, BadRequest {
    demand(request, "GET");
    Object tree = question.ask().entries();
    return Response.of(200, caller.access() == Access.ALL ? tree : Tree.withoutEvidence(tree));
  }

  @FunctionalInterface
  private interface Question {
    Tree ask() throws Fault, BadRequest;
  }

  private Response doctor(Request request, Caller caller) throws Fault, BadRequest {
    demand(request, "GET");
    demandAll(caller);
    return Response.of(200, operations.doctor().tree().entries());
  }

  private Response job(Request request, Caller caller, String id)
      throws BadRequest, InterruptedException {
    demand(request, "GET");
    demandAll(caller);
    Optional<Job> job = operations.job(id);
    if (job.isEmpty()) {
      throw new BadRequest(
          404, ReasonCode.NOT_FOUND, "there is no such job; the daemon forgets them when it stops");
    }
    Optional<String> after = Optional.ofNullable(request.query().get("after"));
    if (after.isEmpty()) {
      return Response.of(200, job.get().report(0).tree().entries());
    }
    return Response.of(200, job.get().await(seq(after.get()), poll(request)).tree().entries());
  }

  private Duration poll(Request request) throws BadRequest {
    Optional<String> asked = Optional.ofNullable(request.query().get("wait"));
    if (asked.isEmpty()) {
      return limits.poll();
    }
    try {
      Duration wait = Durations.parse(asked.get());
      return wait.compareTo(limits.poll()) < 0 ? wait : limits.poll();
    } catch (IllegalArgumentException e) {
      throw new BadRequest(400, "cannot read the query's wait: " + e.getMessage());
    }
  }

  private static long seq(String text) throws BadRequest {
    if (!SEQ.matcher(text).matches()) {
      throw new BadRequest(400, "the query's after must be the seq of an earlier answer");
    }
    return Long.parseLong(text);
  }

  private Response submit(Request request, Caller caller) throws Fault, BadRequest {
    demand(request, "POST");
    demandAll(caller);
    Document body =
        Document.json(
            "the request",
            request.body().getBytes(StandardCharsets.UTF_8),
            limits.body(),
            ReasonCode.BAD_REQUEST);
    Job job = operations.submit(Command.read(body, caller.user()));
    return Response.of(202, Tree.document().put("id", job.id()).entries());
  }

  private static PackageName packageName(String text) throws BadRequest {
    try {
      return new PackageName(text);
    } catch (IllegalArgumentException e) {
      throw new BadRequest(400, String.valueOf(e.getMessage()));
    }
  }

  private static void demand(Request request, String method) throws BadRequest {
    if (!request.method().equals(method)) {
      throw new BadRequest(405, "this address takes %s only".formatted(method));
    }
  }

  private static void demandAll(Caller caller) throws BadRequest {
    if (caller.access() != Access.ALL) {
      throw new BadRequest(
          403,
          ReasonCode.FORBIDDEN,
          "%s may read status, plan and history only; ask as root".formatted(caller.user()));
    }
  }
}
