package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// A benchReport is all that was measured. Times are milliseconds where nothing else is said.
type benchReport struct {
	Version     string          `json:"version"`
	Processors  int             `json:"processors"`
	Connections int             `json:"connections"`
	Store       string          `json:"store"`
	Shop        string          `json:"shop"`
	Bare        figures         `json:"bare"`
	Serve       figures         `json:"serve"`
	Ratio       float64         `json:"ratio"`
	TargetRatio float64         `json:"target_ratio"`
	TargetP99   float64         `json:"target_p99_ms"`
	Stored      []storedFigures `json:"stored,omitempty"`
}

// figures are what was measured of one server.
type figures struct {
	Messages            int64          `json:"messages"`
	Seconds             float64        `json:"seconds"`
	PerSecond           float64        `json:"per_second"`
	P50                 float64        `json:"p50_ms"`
	P95                 float64        `json:"p95_ms"`
	P99                 float64        `json:"p99_ms"`
	Max                 float64        `json:"max_ms"`
	Refused             int64          `json:"refused"` // 429 and 503
	ServerProcessor     float64        `json:"server_cpu_us_per_message"`
	ClientProcessor     float64        `json:"client_cpu_us_per_message"`
	FileBytesPerMessage int64          `json:"file_bytes_per_message"`
	Ready               float64        `json:"ready_ms"` // from the start of the process to listening
	Memory              []memorySample `json:"memory"`
}

// A memorySample is the server's memory after so many messages, in bytes.
type memorySample struct {
	Messages int64 `json:"messages"`
	Heap     int64 `json:"heap"`
	Resident int64 `json:"resident"`
}

// storedFigures are those of a server that has so many conversations in its store, of which any may come next.
type storedFigures struct {
	Conversations int   `json:"conversations"`
	FileBytes     int64 `json:"file_bytes"`
	figures
}

// write tells it to a person.
func (r *benchReport) write(to io.Writer) error {
	fmt.Fprintf(to, "%d processors, %s, shop %s, store %s\n\n", r.Processors, counted(r.Connections, "connection"), r.Shop, r.Store)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tmessages/s\tp50\tp95\tp99\tmax\trefused\tcpu server\tcpu client\t")
	r.Bare.row(w, "bare handler")
	r.Serve.row(w, "xiaoer serve")
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(to, `
ratio %.2f%s   p99 %.1f ms%s
(times are milliseconds; cpu is microseconds a message, and all processes share the processors)
it served %.0f ms after its start and keeps %d bytes of file a message

`, r.Ratio, against(r.Ratio >= r.TargetRatio, "0.35 or more"), r.Serve.P99, against(r.Serve.P99 < r.TargetP99, fmt.Sprintf("under %.0f ms", r.TargetP99)),
		r.Serve.Ready, r.Serve.FileBytesPerMessage)
	r.writeMemory(w)
	r.writeStored(w)
	return w.Flush()
}

func against(met bool, target string) string {
	if met {
		return " (target: " + target + ")"
	}
	return " (missed the target: " + target + ")"
}

func (f *figures) row(w io.Writer, name string) {
	fmt.Fprintf(w, "%s\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t%.0f\t%.0f\t\n",
		name, f.PerSecond, f.P50, f.P95, f.P99, f.Max, f.Refused, f.ServerProcessor, f.ClientProcessor)
}

func (r *benchReport) writeMemory(w io.Writer) {
	fmt.Fprintln(w, "messages\theap MiB\tresident MiB\t")
	for _, s := range r.Serve.Memory {
		fmt.Fprintf(w, "%d\t%.1f\t%.1f\t\n", s.Messages, mebibytes(s.Heap), mebibytes(s.Resident))
	}
}

func (r *benchReport) writeStored(w io.Writer) {
	if len(r.Stored) == 0 {
		return
	}
	fmt.Fprintln(w, "\t")
	fmt.Fprintln(w, "stored conversations\tfile MiB\tready\tmessages/s\tp50\tp99\tcpu server\theap MiB\t")
	for i := range r.Stored {
		s := &r.Stored[i]
		heap := int64(0)
		if n := len(s.Memory); n > 0 {
			heap = s.Memory[n-1].Heap
		}
		fmt.Fprintf(w, "%d\t%.0f\t%.0f\t%.0f\t%.1f\t%.1f\t%.0f\t%.1f\t\n",
			s.Conversations, mebibytes(s.FileBytes), s.Ready, s.PerSecond, s.P50, s.P99, s.ServerProcessor, mebibytes(heap))
	}
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
