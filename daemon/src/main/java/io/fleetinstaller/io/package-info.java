/**
 * The doors: each third-party library and each dangerous call of the JDK enters through one class
 * here, so that limits are set once, faults can be injected once, and a library can be replaced in
 * one place. Knows the nouns of {@code release} only.
 */
@NullMarked
package io.fleetinstaller.io;

import org.jspecify.annotations.NullMarked;
