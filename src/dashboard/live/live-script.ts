/**
 * Adds events to the list as they come. The server sends the items of the list, with all values escaped as in the page;
 * they are parsed apart, where no script runs, and the policy of the page allows none in them.
 */
export const LIVE_SCRIPT = `const live = document.getElementById('live')
if (live && window.EventSource) watchEvents(live)
function watchEvents(list) {
  const most = 200
  const part = (name) => document.getElementById('live-' + name)
  const [pause, state, waitingText, announcement, empty] = ['pause', 'state', 'waiting', 'announcement', 'empty'].map(part)
  const known = new Set([...list.children].map((item) => item.dataset.id))
  const source = new EventSource(list.dataset.events)
  let waiting = []
  let paused = false
  // The first message has what the page shows already.
  let isFirst = true
  let fresh = 0
  pause.hidden = false
  const show = (text, grade) => {
    state.textContent = text
    state.className = 'state ' + grade
  }
  // An item without a time is as new as now.
  const timeOf = (item) => item.querySelector('time')?.dateTime ?? '9'
  const add = (items) => {
    for (const item of items) {
      const later = [...list.children].find((other) => timeOf(other) <= timeOf(item))
      list.insertBefore(item, later ?? null)
    }
    while (list.children.length > most) list.lastElementChild.remove()
    if (items.length > 0) empty.hidden = true
  }
  const receive = (items) => {
    if (!paused) return add(items)
    waiting = [...waiting, ...items]
    const skipped = waiting.length > most
    waiting = waiting.slice(-most)
    waitingText.textContent = waiting.length + (skipped ? ' or more' : '') + ' new'
  }
  source.onopen = () => show(paused ? 'Paused' : 'Live', paused ? '' : 'good')
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) show('Not connected: reload the page', 'bad')
    else show('Connecting again', 'warn')
  }
  source.onmessage = ({ data }) => {
    const page = new DOMParser().parseFromString(JSON.parse(data), 'text/html')
    const items = [...page.body.children].filter((item) => !known.has(item.dataset.id))
    for (const item of items) known.add(item.dataset.id)
    for (const id of known) if (known.size > 5 * most) known.delete(id)
    receive(items)
    if (!isFirst) fresh += items.length
    isFirst = false
  }
  source.addEventListener('skipped', ({ data }) => {
    const item = document.createElement('li')
    item.className = 'warn'
    item.textContent = Number(data) + ' events were skipped, because this browser reads slowly'
    receive([item])
  })
  pause.addEventListener('click', () => {
    paused = !paused
    pause.setAttribute('aria-pressed', String(paused))
    if (source.readyState === EventSource.OPEN) source.onopen()
    if (paused) return
    add(waiting)
    waiting = []
    waitingText.textContent = ''
  })
  // One sentence for many events: a screen reader must not read each of them.
  setInterval(() => {
    if (fresh > 0) announcement.textContent = fresh + (fresh === 1 ? ' new event' : ' new events')
    fresh = 0
  }, 15000)
}`
