/**
 * The nouns everybody shares: what a package, a release and a slot are, and how a failure is spoken
 * of. Knows the JDK and nothing else of ours.
 */
@NullMarked
package io.fleetinstaller.release;

import org.jspecify.annotations.NullMarked;
