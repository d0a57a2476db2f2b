/** What every store must do, as tests to inherit, and the fakes and faults to test the rest with. */
@Experimental
@NullMarked
package dev.embedonce.testkit;

import dev.embedonce.annotation.Experimental;
import org.jspecify.annotations.NullMarked;
