package io.fleetinstaller.api;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Where the socket is, and who may open it: its owner (0600), or a group as well (0660). The kernel
 * asks for write permission on it, so the mode is the first gate.
 */
public record SocketFile(Path path, Optional<String> group) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /**
   * Listens there. Made in a private folder and renamed into place, so that no one can connect
   * before its mode is right, and a stale file is replaced at once.
   */
  ServerSocketChannel listen() throws Fault {
    try {
      refuseSecondDaemon();
      return bind();
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      throw new Broken(
          ReasonCode.HOST_FAILED,
          "cannot listen on %s: %s; see paths.socket and socket.group in the settings"
              .formatted(path, e));
    }
  }

  private void refuseSecondDaemon() throws Fault {
    if (answers()) {
      throw new Broken(
          ReasonCode.CONFLICT,
          "cannot listen on %s: another daemon answers there; stop it first".formatted(path));
    }
  }

  private boolean answers() {
    try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return other.isConnected();
    } catch (IOException _) {
      return false;
    }
  }

  private ServerSocketChannel bind() throws IOException {
    Path nursery = path.toAbsolutePath().resolveSibling(".new");
    makeFolder(nursery.resolve("..").normalize());
    Path unborn = nursery.resolve("s");
    Files.deleteIfExists(unborn);
    Files.deleteIfExists(nursery);
    Files.createDirectory(nursery, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(unborn));
      permit(unborn);
      Files.move(unborn, path, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(nursery);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  // Everybody may pass through it, whatever the umask: the socket's own mode is what guards it.
  private static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private void permit(Path socket) throws IOException {
    String mode = "rw-------";
    if (group.isPresent()) {
      GroupPrincipal principal =
          socket
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByGroupName(group.get());
      Files.getFileAttributeView(socket, PosixFileAttributeView.class).setGroup(principal);
      mode = "rw-rw----";
    }
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(mode));
  }
}
