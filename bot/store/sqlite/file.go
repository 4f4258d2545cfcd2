package sqlite

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// magic is what every SQLite file begins with.
const magic = "SQLite format 3\x00"

// prepare creates the file where there is none, for its owner only, and refuses what is no database. It leaves
// a file that is there as it is.
func prepare(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return nil // new
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case string(head) != magic:
		return errors.New("it is no database")
	}
	return nil
}

// address is the file with the settings that each connection needs, as the driver wants them. Who is guarded cannot write to the
// file but by its tables.
func address(path string, guarded bool, lockWait time.Duration, pragmas ...string) (string, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the file: %w", err)
	}
	settings := url.Values{
		"mode":       {"rw"},
		"_txlock":    {"immediate"},
		"_dqs":       {"0"},
		"_defensive": {strconv.FormatBool(guarded)},
		"_error_rc":  {"1"},
		"_pragma": append([]string{
			"busy_timeout(" + strconv.FormatInt(lockWait.Milliseconds(), 10) + ")",
			"temp_store(memory)",
		}, pragmas...),
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(whole), RawQuery: settings.Encode()}).String(), nil
}
