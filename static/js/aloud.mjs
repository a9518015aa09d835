// "Read this to me": reads the page aloud by a voice that is on the device, so that what
// a page says goes to nobody. Where there is no such voice for the language of the page,
// there is no button. What somebody typed is not read.
export function aloud () {
  const speech = window.speechSynthesis
  const content = document.getElementById('content')
  const { read, stop } = content.dataset
  if (!speech || !read) return
  const lang = document.documentElement.lang
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary app-aloud'

  let left = 0 // lines that are still to be read
  const quiet = () => {
    left = 0
    speech.cancel()
    button.textContent = read
  }
  const voice = () => speech.getVoices().find(v => v.localService && v.lang.slice(0, 2) === lang.slice(0, 2))
  const offer = () => voice() && !button.isConnected && content.before(button)

  button.onclick = () => {
    if (left) return quiet()
    // Line by line: browsers break off what is long.
    const lines = content.innerText.split('\n').filter(line => line.trim())
    left = lines.length
    button.textContent = stop
    for (const line of lines) {
      const words = new SpeechSynthesisUtterance(line)
      words.lang = lang
      words.voice = voice()
      words.onend = () => --left || quiet()
      speech.speak(words)
    }
  }
  quiet()
  offer()
  speech.onvoiceschanged = offer // many browsers know their voices only a moment later
  addEventListener('keydown', event => event.key === 'Escape' && quiet())
  addEventListener('submit', quiet)
  addEventListener('pagehide', quiet)
}
