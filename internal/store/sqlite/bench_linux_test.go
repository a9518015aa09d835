package sqlite

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// BenchmarkSync is what the disk asks for one durable write of a page: no store that waits for each caller by itself
// can be quicker.
func BenchmarkSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	must(b, err)
	defer f.Close()
	page := make([]byte, 4096)
	const pages = 1000 // written over and over, as the write-ahead log is
	for i := range pages {
		_, err := f.WriteAt(page, int64(i)*4096)
		must(b, err)
	}
	must(b, f.Sync())
	i := 0
	for b.Loop() {
		i++
		page[0] = byte(i)
		if _, err := f.WriteAt(page, int64(i%pages)*4096); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
}
