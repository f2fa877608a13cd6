// Package recording keeps the recordings of enforcement acts that parties may ask to see (W-11d, W-20b).
package recording
