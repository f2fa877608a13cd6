// Command bench holds the program to its goals: each row runs beside a bare reference, in the
// same process and on the same private database, in turns.
package main
