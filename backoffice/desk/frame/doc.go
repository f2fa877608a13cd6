// Package frame is what every page of the desk stands in: who asks, with which rights, under
// which book, and the page around the content with its menu.
package frame
