package sqlite

import (
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// gathering is the name of a way to the operating system that is SQLite's own but for the log. SQLite writes the log in two small pieces
// for each page, which costs more than the pages; here they are gathered and written in one piece when the transaction is synced. That
// sync itself is left to the disk (see there). The log's beginning is synced as SQLite wants it, and so is all before it is carried over.
//
// A connection must not write to the log before it commits (cache_spill): what was held back of a transaction that was rolled back would
// be written where others have written since.
const gathering = "gathering"

// gathered is how much of the log is held back at most, in bytes: SQLite writes less than 128 KiB at once.
const gathered = 1<<17 - 1

// A gatherer is what stands behind SQLite's own file of a log in memory that is not Go's.
type gatherer struct {
	methods lib.Tsqlite3_io_methods // those of the file, some of them changed
	own     uintptr                 // SQLite's methods
	room    uintptr                 // of what is held back; 0 until it is needed
	from    int64                   // where in the file that belongs
	held    int64                   // bytes
	pages   bool                    // were written since the last sync
	begun   bool                    // the beginning of the log was
}

// useGathering makes the name known to SQLite. It may be called often.
func useGathering() error {
	tls := libc.NewTLS()
	defer tls.Close()
	name, err := libc.CString(gathering)
	if err != nil {
		return err
	}
	if lib.Xsqlite3_vfs_find(tls, name) != 0 {
		libc.Xfree(tls, name)
		return nil
	}
	own := lib.Xsqlite3_vfs_find(tls, 0)
	made := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
	if own == 0 || made == 0 {
		return errors.New("SQLite knows no file system")
	}
	vfs := at[lib.Tsqlite3_vfs](made) // it stays until the program ends, as SQLite wants it
	*vfs = *at[lib.Tsqlite3_vfs](own)
	vfs.FzName, vfs.FpNext = name, 0
	vfs.FszOsFile = int32(behind(own) + unsafe.Sizeof(gatherer{}))
	vfs.FxOpen = pointer(openGathering)
	if rc := lib.Xsqlite3_vfs_register(tls, made, 0); rc != lib.SQLITE_OK {
		return fmt.Errorf("register a file system: code %d", rc)
	}
	return nil
}

// at is what stands at a place in memory that is not Go's.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) } //nolint:gosec // SQLite's structures are there

func bytesAt(p uintptr, n int32) []byte { return unsafe.Slice(at[byte](p), n) } //nolint:gosec // so many are there

// pointer is how SQLite calls a function, method how its own is called.
func pointer(f any) uintptr     { return (*[2]uintptr)(unsafe.Pointer(&f))[1] } //nolint:gosec // that is what an interface holds
func method[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }            //nolint:gosec // and what a function is

// behind is where a gatherer stands behind SQLite's own file.
func behind(own uintptr) uintptr {
	const word = unsafe.Sizeof(int64(0))
	return (uintptr(at[lib.Tsqlite3_vfs](own).FszOsFile) + word - 1) / word * word
}

func gathererOf(file uintptr) *gatherer {
	return at[gatherer](at[lib.Tsqlite3_file](file).FpMethods) // the methods come first in it
}

func openGathering(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	own := lib.Xsqlite3_vfs_find(tls, 0)
	open := method[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](at[lib.Tsqlite3_vfs](own).FxOpen)
	rc := open(tls, own, name, file, flags, out)
	f := at[lib.Tsqlite3_file](file)
	if rc != lib.SQLITE_OK || flags&lib.SQLITE_OPEN_WAL == 0 {
		return rc
	}
	where := file + behind(own)
	g := at[gatherer](where)
	*g = gatherer{methods: *at[lib.Tsqlite3_io_methods](f.FpMethods), own: f.FpMethods}
	g.methods.FxClose, g.methods.FxRead, g.methods.FxWrite = pointer(closeGathered), pointer(readGathered), pointer(writeGathered)
	g.methods.FxTruncate, g.methods.FxSync, g.methods.FxFileSize = pointer(truncateGathered), pointer(syncGathered), pointer(sizeGathered)
	f.FpMethods = where
	return rc
}

func writeGathered(tls *libc.TLS, file, from uintptr, n int32, offset int64) int32 {
	g := gathererOf(file)
	if g.held > 0 && (offset != g.from+g.held || g.held+int64(n) > gathered) {
		if rc := g.flush(tls, file); rc != lib.SQLITE_OK {
			return rc
		}
	}
	if g.room == 0 {
		g.room = libc.Xmalloc(tls, gathered)
	}
	g.pages = true
	g.begun = g.begun || offset == 0
	if g.room == 0 || int64(n) > gathered {
		return g.write(tls, file, from, n, offset)
	}
	if g.held == 0 {
		g.from = offset
	}
	copy(bytesAt(g.room+uintptr(g.held), n), bytesAt(from, n))
	g.held += int64(n)
	return lib.SQLITE_OK
}

func (g *gatherer) write(tls *libc.TLS, file, from uintptr, n int32, offset int64) int32 {
	write := method[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](at[lib.Tsqlite3_io_methods](g.own).FxWrite)
	return write(tls, file, from, n, offset)
}

// flush writes what is held back. What could not be written is given up, as it is where SQLite writes by itself: the transaction fails.
func (g *gatherer) flush(tls *libc.TLS, file uintptr) int32 {
	n := int32(g.held)
	if n == 0 {
		return lib.SQLITE_OK
	}
	g.held = 0
	return g.write(tls, file, g.room, n, g.from)
}

func syncGathered(tls *libc.TLS, file uintptr, flags int32) int32 {
	g := gathererOf(file)
	if rc := g.flush(tls, file); rc != lib.SQLITE_OK {
		return rc
	}
	commit := g.pages && !g.begun
	g.pages, g.begun = false, false
	if commit {
		return lib.SQLITE_OK
	}
	return method[func(*libc.TLS, uintptr, int32) int32](at[lib.Tsqlite3_io_methods](g.own).FxSync)(tls, file, flags)
}

func readGathered(tls *libc.TLS, file, into uintptr, n int32, offset int64) int32 {
	g := gathererOf(file)
	if rc := g.flush(tls, file); rc != lib.SQLITE_OK {
		return rc
	}
	read := method[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](at[lib.Tsqlite3_io_methods](g.own).FxRead)
	return read(tls, file, into, n, offset)
}

func truncateGathered(tls *libc.TLS, file uintptr, size int64) int32 {
	g := gathererOf(file)
	if rc := g.flush(tls, file); rc != lib.SQLITE_OK {
		return rc
	}
	return method[func(*libc.TLS, uintptr, int64) int32](at[lib.Tsqlite3_io_methods](g.own).FxTruncate)(tls, file, size)
}

func sizeGathered(tls *libc.TLS, file, into uintptr) int32 {
	g := gathererOf(file)
	if rc := g.flush(tls, file); rc != lib.SQLITE_OK {
		return rc
	}
	return method[func(*libc.TLS, uintptr, uintptr) int32](at[lib.Tsqlite3_io_methods](g.own).FxFileSize)(tls, file, into)
}

func closeGathered(tls *libc.TLS, file uintptr) int32 {
	g := gathererOf(file)
	if g.room != 0 {
		libc.Xfree(tls, g.room) // what is held back still was never committed
	}
	own := g.own
	at[lib.Tsqlite3_file](file).FpMethods = own
	return method[func(*libc.TLS, uintptr) int32](at[lib.Tsqlite3_io_methods](own).FxClose)(tls, file)
}
