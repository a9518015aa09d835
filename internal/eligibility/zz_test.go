package eligibility
import ("testing";"fmt")
func TestZZ(t *testing.T){
 fsys := allRules(t)
 fsys[localesFile].Data = append(fsys[localesFile].Data, []byte("- {id: en-easy, name: \"Easy Read\", lang: en, dir: ltr}\n")...)
 lib, err := Load(fsys, WithTestLocales())
 if err != nil { fmt.Println(err); return }
 for _, l := range []string{"en","en-easy","en-XA","ar-XB"} {
  rs,_ := lib.InForce("adult-needs", day(t,"2026-01-01"))
  p,_ := rs.In(l).Page("daily", newPerson(t, rs).on("for","for","self").skipTo("daily").a, nil)
  fmt.Println(l, p.Title, p.Questions[0].Options[0], p.Picture)
 }
 fmt.Println(lib.Pictures(), lib.Locales())
}

