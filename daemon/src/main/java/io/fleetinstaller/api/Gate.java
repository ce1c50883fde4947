package io.fleetinstaller.api;

import io.fleetinstaller.api.Caller.Access;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** Says who a caller is and what they may do. Thread-safe. */
final class Gate {
  private final UserPrincipal root;
  private final UserPrincipal daemon;
  private final boolean groupReads;

  private Gate(UserPrincipal root, UserPrincipal daemon, boolean groupReads) {
    this.root = root;
    this.daemon = daemon;
    this.groupReads = groupReads;
  }

  /** The socket was made by this process, so its owner is the daemon's user. */
  static Gate of(SocketFile file) throws IOException {
    UserPrincipal root =
        file.path().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("root");
    return new Gate(root, Files.getOwner(file.path()), file.group().isPresent());
  }

  Caller caller(SocketChannel channel) throws IOException {
    UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
    return caller(peer.user());
  }

  // Credentials name the primary group only; that the socket could be opened proves membership.
  Caller caller(UserPrincipal user) {
    Access access =
        user.equals(root) || user.equals(daemon)
            ? Access.ALL
            : groupReads ? Access.READ : Access.NONE;
    return new Caller(user.getName(), access);
  }
}
