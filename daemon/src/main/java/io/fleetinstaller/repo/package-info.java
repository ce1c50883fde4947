/**
 * Makes and keeps the signed repository that fleets poll. A working folder holds
 *
 * <pre>
 *   repo.json    how long what is signed for each role counts
 *   keys/        NAME.pub for everybody, NAME.pem or NAME.token for whoever signs; never shared
 *   draft/       what is worked on: ROLE.json with the signatures it has so far, and targets/
 *   public/      what a web server serves: metadata/ and targets/; only {@code publish} and {@code
 *                timestamp} write here
 * </pre>
 *
 * All of it but keys/ may be shared, so that an operator drafts and signs on her own machine. Each
 * file is replaced whole, and every command begins by looking at what is there: one that was killed
 * is simply given again. Knows {@code trust} as the judge of what it makes and {@code desired} for
 * the documents; the daemon never needs it.
 */
@NullMarked
package io.fleetinstaller.repo;

import org.jspecify.annotations.NullMarked;
