package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every verb that asks for a document, and how it is shown. */
final class Question {
  @Mixin private Where where;

  @Option(names = "--json", description = "The document itself, for scripts.")
  private boolean json;

  Question() {
    this(new Where(), false);
  }

  Question(Where where, boolean json) {
    this.where = where;
    this.json = json;
  }

  /** Turns a document into what people read. */
  @FunctionalInterface
  interface Text {
    String of(Document document) throws Fault.Refused;
  }

  int ask(Session session, String target, Text text) throws Fault {
    show(session, where.client(session).get(target), text);
    return 0;
  }

  void show(Session session, String document, Text text) throws Fault {
    session.terminal().out().print(json ? document : text.of(Texts.document(document)));
    session.terminal().out().flush();
  }

  Where where() {
    return where;
  }

  boolean json() {
    return json;
  }
}
