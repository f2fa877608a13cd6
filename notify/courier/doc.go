// Package courier takes the messages that lie ready, hands them to the providers under a lease, and reports to the inbox what became of each.
package courier
