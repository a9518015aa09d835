// What both bundles do when the page is there. Every page works without any of it.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'

const all = module => document.querySelectorAll(`[data-module="${module}"]`)

// exclusive keeps "None of these" and the other boxes apart: ticking one side unticks
// the other. The server refuses the clash as well.
function exclusive (group) {
  group.addEventListener('change', ({ target }) => {
    if (!target.checked) return
    const alone = target.dataset.behaviour === 'exclusive'
    for (const box of group.querySelectorAll('input')) {
      if (box !== target && (alone || box.dataset.behaviour === 'exclusive')) box.checked = false
    }
  })
}

export function start () {
  document.body.classList.add('js-enabled', 'govuk-frontend-supported')
  all('govuk-button').forEach(element => new Button(element))
  all('govuk-error-summary').forEach(element => new ErrorSummary(element))
  all('govuk-checkboxes').forEach(exclusive)
  const counts = all('govuk-character-count')
  if (counts.length) {
    import('./character-count.mjs').then(({ characterCount }) => counts.forEach(characterCount))
  }
}

// A page that the browser kept whole may show what a later request has taken away
// (a session that was ended): ask the server again.
addEventListener('pageshow', event => event.persisted && location.reload())
