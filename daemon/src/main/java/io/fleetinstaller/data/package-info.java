/**
 * The data of agents: snapshots of the directories that a descriptor names, taken while nothing
 * runs and put back by renames. May not know why an upgrade goes back, nor what a journal is.
 */
@NullMarked
package io.fleetinstaller.data;

import org.jspecify.annotations.NullMarked;
