// Command bundle builds the web assets of both webs from their sources and the npm packages into hashed files with a manifest, ready for embedding.
package main
