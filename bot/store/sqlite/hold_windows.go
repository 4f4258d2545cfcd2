package sqlite

import (
	"errors"
	"os"
	"syscall"
)

// sharingViolation is the system's word for a file that another has open and does not share.
const sharingViolation = syscall.Errno(32)

// lockFile opens a file that nobody else may open for writing as long as it is open. It is ErrHeld while another has it so.
func lockFile(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case err == nil:
		return os.NewFile(uintptr(handle), path), nil
	case errors.Is(err, sharingViolation):
		return nil, ErrHeld
	}
	return nil, &os.PathError{Op: "open", Path: path, Err: err}
}
