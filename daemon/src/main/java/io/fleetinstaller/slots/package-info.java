/**
 * The copies of releases on disk: how they get there, which is current, which go. The only package
 * that knows the layout of a slot. What runs from a slot and how a layer is fetched is not known
 * here.
 *
 * <pre>
 *   &lt;packages&gt;/&lt;package&gt;/&lt;version&gt;-&lt;digest12&gt;/                a slot: the files of the release, and
 *                       .fleet-installer/release.json    which release it is
 *                                        descriptor.json its descriptor, as pulled
 *                                        contents        every entry with its digest
 *                                        toc             the layer's table of contents, packed;
 *                                                        a hint for the next release, may be missing
 *                                        valid           the marker, written last
 *                       current, previous -&gt; a slot
 *                       .staging/         what counts for nothing; emptied at start
 *                       .begun/           a slot whose staging was interrupted: counts for nothing,
 *                                         its files are hashed and used for the next
 * </pre>
 *
 * A slot without a marker that fits is not a slot. No state is kept in memory: the disk is asked.
 */
@NullMarked
package io.fleetinstaller.slots;

import org.jspecify.annotations.NullMarked;
