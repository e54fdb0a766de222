// Package tax is the other half of the example in the README.
package tax

// Of returns the tax on a price.
func Of(cents int) int { return rate(cents) }

func rate(cents int) int { return cents * 19 / 100 }
