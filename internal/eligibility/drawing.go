package eligibility

// OutcomeDrawing is the name of the drawing that stands for an outcome in this locale, such as "plate"; "" where it has none.
func (j *Journey) OutcomeDrawing(id string) string {
	if o := j.words.Outcomes[id]; o != nil {
		return o.Picture
	}
	return ""
}
