package shop

import "embed"

//go:embed base/*.yaml
var basePack embed.FS

// baseFile is a file of the embedded base pack.
func baseFile(name string) []byte {
	data, err := basePack.ReadFile("base/" + name)
	if err != nil {
		return nil
	}
	return data
}
