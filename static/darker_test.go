package static

import "testing"

func TestHeaderColour(t *testing.T) {
	for _, good := range []string{"#17495a", "#4a2f6b", "#000000", "#0B0C0C"} {
		if pale, err := HeaderColour(good); pale != nil || err != nil {
			t.Errorf("%s: %+v, %v", good, pale, err)
		}
	}
	for colour, on := range map[string]string{"#7fb2d9": white, "#ffdd00": white, "#ffffff": white, "#0078d7": white, "#6a6a6a": Focus} {
		pale, err := HeaderColour(colour)
		if err != nil || pale == nil {
			t.Errorf("%s is taken: %v", colour, err)
			continue
		}
		if pale.On != on || pale.Ratio >= 4.5 {
			t.Errorf("%s: %+v, want it to fail on %s", colour, pale, on)
		}
		if still, err := HeaderColour(pale.Try); still != nil || err != nil {
			t.Errorf("%s: what is proposed, %s, will not do either", colour, pale.Try)
		}
	}
	for _, none := range []string{"", "teal", "#036", "#00}a{b"} {
		if _, err := HeaderColour(none); err == nil {
			t.Errorf("%q is taken as a colour", none)
		}
	}
}
