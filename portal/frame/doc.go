// Package frame is what every page of the portal stands in: the court it is about, head and foot.
package frame
