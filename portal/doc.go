// Package portal is the public's web: its pages in one route table over the use cases of inquiry.
package portal
