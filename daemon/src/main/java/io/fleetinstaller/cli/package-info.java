/**
 * The command line: one class per verb. A verb asks the daemon and shows the answer; it decides
 * nothing. A script reads {@code --json} and the exit code, a person everything else. Starts fast:
 * only the class of the verb that was typed is loaded, and no log is set up.
 */
@NullMarked
package io.fleetinstaller.cli;

import org.jspecify.annotations.NullMarked;
