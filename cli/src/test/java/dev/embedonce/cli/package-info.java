/** Tests of the command through its real launcher. */
@org.jspecify.annotations.NullMarked
package dev.embedonce.cli;
