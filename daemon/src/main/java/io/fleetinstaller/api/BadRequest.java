package io.fleetinstaller.api;

import io.fleetinstaller.release.ReasonCode;

/** What arrived is no request that we answer; the connection ends with this status. */
final class BadRequest extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final ReasonCode code;

  BadRequest(int status, String why) {
    this(status, ReasonCode.BAD_REQUEST, why);
  }

  BadRequest(int status, ReasonCode code, String why) {
    super(why);
    this.status = status;
    this.code = code;
  }

  Response response() {
    return Response.refused(status, code, String.valueOf(getMessage()));
  }
}
