// Package filestest is the conformance test that every kind of file store passes.
package filestest
