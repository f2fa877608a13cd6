// Package devtray is the development page of a demonstration: the messages that would have gone out, and the clock that can be moved forward.
package devtray
