// Package notices shows what the court tells everybody: rewards offered and other public notices.
package notices
