/** What is shipped, and the proof that it works: it knows every module, and no module knows it. */
@NullMarked
package io.fleetinstaller.packaging;

import org.jspecify.annotations.NullMarked;
