// Says how many characters are left while somebody writes. The server counts in the
// same way: Unicode code points, a line break as one.

const english = {
  'characters-under-limit.one': 'You have %{count} character remaining',
  'characters-under-limit.other': 'You have %{count} characters remaining',
  'characters-at-limit': 'You have 0 characters remaining',
  'characters-over-limit.one': 'You have %{count} character too many',
  'characters-over-limit.other': 'You have %{count} characters too many'
}

export function characterCount (group) {
  const limit = Number(group.dataset.maxlength)
  const area = group.querySelector('.govuk-js-character-count')
  const fallback = group.querySelector('.govuk-character-count__message')
  if (!limit || !area || !fallback) return
  const language = document.documentElement.lang || 'en-GB'
  const plural = new Intl.PluralRules(language)

  const words = left => {
    const state = left > 0 ? 'under' : left < 0 ? 'over' : 'at'
    const amount = Math.abs(left)
    const key = `characters-${state}-limit`
    const find = name => group.getAttribute(`data-i18n.${name}`) || english[name]
    const text = state === 'at' ? find(key) : find(`${key}.${plural.select(amount)}`) || find(`${key}.other`)
    return text.replace('%{count}', amount.toLocaleString(language))
  }

  // The line that is seen changes at once; the one that is heard waits for a pause,
  // or every key would be spoken over.
  const seen = document.createElement('div')
  seen.className = fallback.className
  seen.setAttribute('aria-hidden', 'true')
  const heard = document.createElement('div')
  heard.className = 'govuk-visually-hidden'
  heard.setAttribute('aria-live', 'polite')
  fallback.after(seen, heard)
  fallback.classList.add('govuk-visually-hidden')

  let pause
  const update = () => {
    const left = limit - Array.from(area.value).length
    seen.textContent = words(left)
    seen.classList.toggle('govuk-hint', left >= 0)
    seen.classList.toggle('govuk-error-message', left < 0)
    area.classList.toggle('govuk-textarea--error', left < 0 || group.classList.contains('govuk-form-group--error'))
    clearTimeout(pause)
    pause = setTimeout(() => { heard.textContent = seen.textContent }, 1000)
  }
  area.addEventListener('input', update)
  update()
}
