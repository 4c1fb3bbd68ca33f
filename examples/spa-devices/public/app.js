const DEVICES = '/account/sessions'
const byId = (id) => document.getElementById(id)
const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Calls the server with JSON; throws for every other answer than a success. */
async function call(path, body) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  })
  if (response.ok) return response.json()
  const { message = 'The request failed.' } = await response.json().catch(() => ({}))
  throw Object.assign(new Error(message), { status: response.status })
}

/** Runs an action of the user, then shows the current state. */
async function act(action) {
  let message = ''
  try {
    await action()
  } catch (error) {
    message = error.message
  }
  await show().catch((error) => {
    message = error.message
  })
  byId('message').textContent = message
}

async function show() {
  const sessions = await listed()
  byId('sign-in').hidden = sessions !== undefined
  byId('signed-in').hidden = sessions === undefined
  byId('devices').replaceChildren(...(sessions ?? []).map(itemOf))
}

/** The devices of the user; undefined without one, so also after this device was signed out from another one. */
async function listed() {
  try {
    return (await call(DEVICES)).sessions
  } catch (error) {
    if (error.status === 401) return undefined
    throw error
  }
}

// textContent, never innerHTML: the name of a device comes from its browser.
function itemOf({ handle, isThis, device, location, lastUsedAt }) {
  const item = document.createElement('li')
  const text = document.createElement('span')
  const place = location ? `, ${location}` : ''
  text.textContent = `${device}${place}, ${isThis ? 'this device' : `last used ${when.format(new Date(lastUsedAt))}`}`
  const button = document.createElement('button')
  button.textContent = 'Sign out'
  button.onclick = () => act(() => call(`${DEVICES}/sign-out`, { handle }))
  item.append(text, button)
  return item
}

byId('sign-in').onsubmit = (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const credentials = Object.fromEntries(new FormData(form))
  act(async () => {
    await call('/login', credentials)
    form.reset()
  })
}
byId('others').onclick = () => act(() => call(`${DEVICES}/sign-out-others`, {}))
byId('everywhere').onclick = () => act(() => call(`${DEVICES}/sign-out-everywhere`, {}))

act(async () => {})
