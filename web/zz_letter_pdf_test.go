package web_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"threshold/internal/care"
)

func TestZZLetterPDF(t *testing.T) {
	if os.Getenv("LETTERS") == "" {
		t.Skip("only by hand")
	}
	s := newSite(t, false)
	var urls []string
	for end := range endings {
		answers := map[string][]string{}
		for k, v := range posted {
			answers[k] = v
		}
		if end == "refused" {
			answers["safety"] = []string{"none"}
		}
		ref := s.signed(end, answers)
		for _, as := range []string{"plain", "large", "easy", "copy"} {
			if as == "copy" && end != "eligible" {
				continue
			}
			urls = append(urls, end+"-"+as+"=/staff/case/"+ref+"/letter?as="+as)
		}
		if end == "not_eligible" {
			urls = append(urls, "record=/staff/case/"+ref+"/signed")
		}
	}
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	var jar []string
	for k, v := range b.cookies {
		jar = append(jar, k+"="+v)
	}
	c := exec.Command("node", "/tmp/letters/pdf.mjs", s.server.URL, strings.Join(jar, "; "), strings.Join(urls, " "))
	c.Dir = "/work/main"
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
}
