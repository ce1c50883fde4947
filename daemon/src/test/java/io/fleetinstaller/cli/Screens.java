package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;

/** What people see, for the tests of other packages. */
public final class Screens {

  private Screens() {}

  /** Of the document that {@code explain} is answered with. */
  public static String explain(Document explanation) throws Fault {
    return ExplainText.of(explanation);
  }
}
