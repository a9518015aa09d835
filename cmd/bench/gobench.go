package main

import (
	"fmt"
	"strconv"
	"strings"
)

// goBench runs benchmarks of a package and gives their metrics by benchmark and unit: m["BenchmarkSave/clients=64"]["saves/s"].
func goBench(root, pattern, pkg string) (map[string]map[string]float64, error) {
	out, err := run(root, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", "1s", "-timeout", "5m", pkg)
	if err != nil {
		return nil, err
	}
	m := parseBench(out)
	if len(m) == 0 {
		return nil, fmt.Errorf("no benchmark %s in %s:\n%s", pattern, pkg, out)
	}
	return m, nil
}

// parseBench reads the format of Go's benchmarks: a name, the number of runs, and pairs of a value and its unit.
func parseBench(out string) map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := fields[0]
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			if _, err := strconv.Atoi(name[i+1:]); err == nil { // the number of processors
				name = name[:i]
			}
		}
		metrics := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				metrics[fields[i+1]] = v
			}
		}
		all[name] = metrics
	}
	return all
}
