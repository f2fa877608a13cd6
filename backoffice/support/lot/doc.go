// Package lot is the court's side of a judicial auction: what a lot is, its rounds, who was told before the
// notice, who approved it, when it may be announced, and what came of it.
package lot
