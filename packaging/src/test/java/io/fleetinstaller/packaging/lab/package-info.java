/**
 * The fault laboratory: a build of the program whose every effect on its host has a name and can be
 * made to go wrong there, and what drives it through all of them. None of it is in the product.
 */
@NullMarked
package io.fleetinstaller.packaging.lab;

import org.jspecify.annotations.NullMarked;
