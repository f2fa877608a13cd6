// Package notify tells staff: it follows the docket and its clocks, and rings those whom the
// court's book names, at the desk and by SMS.
package notify
