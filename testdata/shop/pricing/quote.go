// Package pricing is half of the example in the README.
package pricing

import "example.com/shop/tax"

// Quote returns a price with tax.
func Quote(cents int) int { return cents + tax.Of(cents) }
