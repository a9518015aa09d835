package eligibility

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// councilsFile is beside the folders of the kinds: every version offers the councils there are today.
const councilsFile = "councils.csv"

// A listedCouncil is one of the councils in England with adult social services duties (Care Act 2014 s.1(4)).
type listedCouncil struct {
	id     string // ONS code, such as "E08000035"
	name   string // as a list sorts it, such as "Bristol, City of"
	before string // the code it had until its borders were drawn anew, or ""
}

var (
	councilColumns = []string{"gss_code", "name", "type", "web_domain", "previous_gss_code"}
	councilCode    = regexp.MustCompile(`^E(06|08|09|10)\d{6}$`)
	councilDomain  = regexp.MustCompile(`^[a-z0-9-]+\.gov\.uk$`)
	councilTypes   = map[string][]string{ // by the beginning of the code
		"E06": {"unitary authority", "isles of scilly (sui generis unitary)"},
		"E08": {"metropolitan district"},
		"E09": {"london borough", "city of london"},
		"E10": {"county"},
	}
)

// loadCouncils reads the list strictly and returns it by name.
func loadCouncils(fsys fs.FS) ([]listedCouncil, Problems) {
	var ps Problems
	data, err := fs.ReadFile(fsys, councilsFile)
	if err != nil {
		ps.add(councilsFile, 0, "the list of councils cannot be read: "+err.Error(), "a person who lives elsewhere chooses their council from it",
			"put the list beside the folders of the kinds")
		return nil, ps
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = len(councilColumns)
	var out []listedCouncil
	names, codes := map[string]bool{}, map[string]bool{}
	for head := true; ; head = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			if e := (*csv.ParseError)(nil); errors.As(err, &e) {
				line = e.Line
			}
			ps.add(councilsFile, line, "this line cannot be read: "+err.Error(), "a council would be missing from the list",
				fmt.Sprintf("write %d columns with commas between, and names with a comma in quotation marks", len(councilColumns)))
			return nil, ps
		}
		line, _ := r.FieldPos(0)
		if head {
			if !slices.Equal(row, councilColumns) {
				ps.add(councilsFile, line, "the first line is not the names of the columns", "a column could be taken for another", "write "+strings.Join(councilColumns, ","))
				return nil, ps
			}
			continue
		}
		code, name, before := row[0], row[1], row[4]
		wrong := func(what, why, mend string) { ps.add(councilsFile, line, what, why, mend) }
		switch {
		case !councilCode.MatchString(code) || before != "" && !councilCode.MatchString(before):
			wrong(fmt.Sprintf("%q or %q is no code of a council in England", code, before), "answers are stored under the code", "use the nine characters of the ONS, which begin with E06, E08, E09 or E10")
		case !slices.Contains(councilTypes[code[:3]], row[2]):
			wrong(fmt.Sprintf("the council %s is a %q", code, row[2]), "the type must agree with the beginning of the code", "use one of: "+strings.Join(councilTypes[code[:3]], ", "))
		case strings.TrimSpace(name) != name || name == "":
			wrong(fmt.Sprintf("the council %s has the name %q", code, name), "people choose it by its name", "write the name without blanks around it")
		case names[name] || codes[code] || before != "" && codes[before]:
			wrong(fmt.Sprintf("the council %s, %s, is there twice", code, name), "nobody could tell which of the two was chosen", "keep one of the lines, or correct its code")
		case !councilDomain.MatchString(row[3]):
			wrong(fmt.Sprintf("the council %s has the web address %q", code, row[3]), "a worker looks the council up by it", "write it like leeds.gov.uk")
		default:
			out = append(out, listedCouncil{code, name, before})
		}
		names[name], codes[code] = true, true
		if before != "" {
			codes[before] = true
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	if len(out) == 0 {
		ps.add(councilsFile, 0, "the list of councils is empty", "a person who lives elsewhere chooses their council from it", "write a line for each council")
		return nil, ps
	}
	slices.SortFunc(out, func(a, b listedCouncil) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// councilName is what a code stands for; one that a council had before counts too, for answers stored then. The code
// itself when there is none.
func (j *Journey) councilName(code string) string {
	for _, c := range j.councils {
		if c.id == code || c.before == code {
			return c.name
		}
	}
	return code
}
