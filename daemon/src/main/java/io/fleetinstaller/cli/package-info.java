/**
 * The command line. A verb asks the daemon, or hands on to the package that does it, and shows the
 * answer; it decides nothing. A script reads {@code --json} and the exit code, a person everything
 * else. Starts fast: only the class of the verb that was typed is loaded.
 */
@NullMarked
package io.fleetinstaller.cli;

import org.jspecify.annotations.NullMarked;
