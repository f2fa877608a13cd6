// Package clean judges uploads by their content and makes pictures anew, so that nothing is kept but the picture itself.
package clean
