// Package hasher gives declarations digests that change when their meaning may
// change, and only then.
package hasher
