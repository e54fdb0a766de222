package pairs

import "testing"

// checkVersions holds the claims against the versions of the two sides.
func (p *pair) checkVersions(t *testing.T, dir [2]string, env [2][]string) {}
