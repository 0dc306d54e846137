// Package naive is generated code for the snapshot that one writes first, to
// compare with.
package naive

//go:generate ../../../scripts/tool buf generate . --template buf.gen.yaml
