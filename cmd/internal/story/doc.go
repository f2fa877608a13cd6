// Package story holds the browser tests that tell what people do, from the phone to the desk and
// back, against the program as it is built and run.
package story
