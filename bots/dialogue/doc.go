// Package dialogue is the conversations of the bot: where one stands and what comes in make what is said and where it stands then.
package dialogue
