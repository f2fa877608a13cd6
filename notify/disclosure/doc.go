// Package disclosure decides who may learn what of an event, when and in which words, and who
// must not and why; what may be known now is written to disclosed, what may not is not there.
package disclosure
