package shop

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"xiaoer/rules/doc"
)

// RegistryOptions are what a Registry needs.
type RegistryOptions struct {
	Dir    string // one shop's folder or a folder of them
	Loader *Loader
	Logger *slog.Logger     // slog.Default() when nil
	Now    func() time.Time // time.Now when nil
}

// A Registry keeps the shops of a folder, each in its last good version.
type Registry struct{}

// What Shop answers instead of a shop.
var (
	ErrUnknown = errors.New("no such shop")
	ErrBroken  = errors.New("the shop's folder has problems")
)

// A Status is how one shop stands.
type Status struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Dir      string           `json:"dir"`
	Serving  bool             `json:"serving"` // a good version is served, perhaps not the newest
	Hash     string           `json:"hash"`    // of the version that is served
	Loaded   time.Time        `json:"loaded,omitzero"`
	Failed   time.Time        `json:"failed,omitzero"` // last reading that found errors; zero when the last was good
	Problems []doc.Diagnostic `json:"problems"`        // of the last reading
}

// OpenRegistry reads every shop once. The error says that the folder cannot be read; broken shops are no error.
func OpenRegistry(o RegistryOptions) (*Registry, error) { return &Registry{}, nil }

// Shop gives the served version of a shop, without a lock: ErrUnknown, or ErrBroken while no good version was seen.
func (r *Registry) Shop(id string) (*Shop, error) { return nil, ErrUnknown }

// Shops lists the served shops by id.
func (r *Registry) Shops() []*Shop { return nil }

// Status lists every shop by id, the broken ones too.
func (r *Registry) Status() []Status { return nil }

// Reload reads everything again; what is good is swapped in, what is broken leaves the last good version.
func (r *Registry) Reload() {}

// Watch reads again whenever something changes in the folders, until ctx ends.
func (r *Registry) Watch(ctx context.Context) error { <-ctx.Done(); return nil }
