/** What every store must do, as tests to inherit, and the fakes and faults to test the rest with. */
@NullMarked
package dev.embedonce.testkit;

import org.jspecify.annotations.NullMarked;
