// Package recordings is where a party watches what a judge let him watch (W-11d, W-20b).
package recordings
