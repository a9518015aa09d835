// Signing in with a passkey, and adding one: asks the browser with the options that stand
// in the form, and sends its answer with the form. Without this script, or in a browser
// that knows no passkeys, the form stays hidden and password and code do.

const bytes = text => {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(raw, letter => letter.charCodeAt(0))
}
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

// The fields that are bytes come as base64url (Web Authentication Level 3, section 5.1.8).
function withBytes (options) {
  const out = { ...options, challenge: bytes(options.challenge) }
  for (const list of ['allowCredentials', 'excludeCredentials']) {
    if (options[list]) out[list] = options[list].map(c => ({ ...c, id: bytes(c.id) }))
  }
  if (options.user) out.user = { ...options.user, id: bytes(options.user.id) }
  return out
}

function answer (credential) {
  const { id, type, rawId, response, authenticatorAttachment } = credential
  const out = { id, type, rawId: text(rawId), authenticatorAttachment, clientExtensionResults: credential.getClientExtensionResults(), response: {} }
  for (const field of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[field]) out.response[field] = text(response[field])
  }
  if (response.getTransports) out.response.transports = response.getTransports()
  return JSON.stringify(out)
}

async function ask (form) {
  const publicKey = withBytes(JSON.parse(form.dataset.options))
  const credential = form.dataset.create
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey })
  form.elements.answer.value = answer(credential)
  form.submit()
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll('.app-passkey') : []) {
  const failed = form.querySelector('[data-failed]')
  form.hidden = false
  form.addEventListener('submit', event => {
    event.preventDefault()
    failed.hidden = true
    ask(form).catch(() => {
      failed.textContent = failed.dataset.failed
      failed.hidden = false
    })
  })
}
